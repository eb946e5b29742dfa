"""Settings of the shops room."""

from waybill.settings import Settings


class ShopsSettings(Settings):
    """What template.yaml gives this room's functions."""

    shops_table: str
    operator_secret: str = ""
    """ARN of the operator's secret; the API's alone."""
    event_bus: str = ""
    """Name of the bus; the relay's alone."""
