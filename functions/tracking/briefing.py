"""What a worker must know before it asks: carrier and shipments, read in one consistent request."""

from collections.abc import Iterable
from dataclasses import dataclass

from tracking.accounts.stored import settings_of, usage_of
from tracking.shipments.repository import among, keys_of
from tracking.sweep.worker import Brief
from waybill import keys
from waybill.dynamo import Table


@dataclass(frozen=True)
class Briefing:
    """Reads ShipmentsTable, which holds carriers and shipments alike."""

    table: Table

    def brief(self, carrier: str, shipments: Iterable[tuple[str, str]]) -> Brief | None:
        """What is to be known of a carrier and of shipments; None until the carrier is set up."""
        settings, usage = keys.carrier(carrier), keys.carrier_usage(carrier)
        wanted = keys_of(shipments)
        items = self.table.batch_get([settings, usage, *wanted])
        found = {(item["pk"], item["sk"]): item for item in items}
        stored = found.get((settings["pk"], settings["sk"]))
        if stored is None:
            return None
        fares = usage_of(found.get((usage["pk"], usage["sk"])))
        return Brief(settings_of(stored), fares, among(items, wanted))
