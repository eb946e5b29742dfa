"""The secret of the links that unsubscribe: the deployment makes it for itself, at first use."""

from waybill import keys
from waybill.clock import Clock, system_clock, to_text
from waybill.dynamo import ConditionFailedError, Item, Table
from waybill.ids import random_secret
from waybill.observability import correlation_id


class UnsubscribeSecret:
    """One secret in NotificationsTable; a process reads it once."""

    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table = table
        self._clock = clock
        self._known = ""

    def get(self) -> str:
        """Return the secret; whoever puts the first one decides what it is for all."""
        if not self.find():
            self._known = self._make()
        return self._known

    def find(self) -> str | None:
        """Return the secret if there is one: where there is none, nothing was ever signed."""
        if not self._known and (stored := self._table.get(keys.unsubscribe_secret())):
            self._known = str(stored["secret"])
        return self._known or None

    def _make(self) -> str:
        secret = random_secret()
        item: Item = keys.unsubscribe_secret() | {
            "secret": secret,
            "version": 1,
            "updated_at": to_text(self._clock()),
            "correlation_id": correlation_id(),
            "actor": "notify",
        }
        try:
            self._table.put(item, condition="attribute_not_exists(pk)")
        except ConditionFailedError as error:
            if error.current is None:
                raise
            return str(error.current["secret"])
        return secret
