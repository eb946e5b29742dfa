"""Who uses the system in a seed: clients at the front door, and the carriers."""
