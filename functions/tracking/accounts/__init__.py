"""Carriers' accounts: how they are set up, how much they may be asked, how they fare."""
