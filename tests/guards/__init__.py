"""Is every condition of every write held by a test? Taken off in turn, each lets one fail."""
