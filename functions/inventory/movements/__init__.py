"""The ledger: stock is received, adjusted, counted and transferred."""
