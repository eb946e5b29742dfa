"""What the schedule does for orders that wait: drive the undecided, end the unpaid."""
