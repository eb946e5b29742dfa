"""What providers tell of a message after it went out."""
