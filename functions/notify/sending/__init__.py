"""From an event to a message that is sent once."""
