"""The carriers of the simulated world: what they know, say and get wrong, and what they push."""
