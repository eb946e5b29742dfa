"""The public tracking page: its words, what of a shipment is public, and its HTML."""
