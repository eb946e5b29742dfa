"""Looking at stock: levels and who has what."""
