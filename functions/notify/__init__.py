"""The room notify: who hears of what, when, in which words, exactly once."""
