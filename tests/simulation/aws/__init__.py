"""AWS as simulated processes meet it: moto beneath, and all that may go wrong on the way."""
