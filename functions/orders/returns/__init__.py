"""Returns (RMA): units of an order that come back, and the money that goes back for them."""
