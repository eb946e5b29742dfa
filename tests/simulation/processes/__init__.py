"""Time, chance and processes: what runs, when, and what it keeps in memory."""
