"""Settings: locations and items."""
