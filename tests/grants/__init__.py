"""Is every permission of every function used? Seen end to end, in the simulator, and in tests."""
