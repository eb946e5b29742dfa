"""What a message says: facts, wordings, layouts, lengths."""
