"""The sweep: each minute's questions, from the planner through the queue to the workers."""
