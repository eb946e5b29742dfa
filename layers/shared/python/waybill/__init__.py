"""What Waybill's rooms share: HTTP conventions, keys, events, storage and observability."""
