"""What carriers tell, asked or not: what it makes of a shipment, kept once, learned from."""
