"""Where a parcel stands and when it is expected, as its scans and its carrier say; pure."""
