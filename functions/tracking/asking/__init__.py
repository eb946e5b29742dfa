"""How a carrier is asked, by a sweep or a refresh: one conversation, within its limits."""
