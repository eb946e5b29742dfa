"""Waybill on one machine: MiniStack in place of AWS, a simulator in place of carriers."""
