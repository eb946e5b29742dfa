"""Who hears of what, when: tables and pure decisions."""
