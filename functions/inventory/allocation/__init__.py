"""What orders hold of the stock: planned for many at a time, committed in groups."""
