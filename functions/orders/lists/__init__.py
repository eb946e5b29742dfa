"""Lists of orders: a shop's, a customer's, each a page at a time."""
