"""What all rules stand on: a call to the API and what the model says of it, side by side."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, TypeVar

from hypothesis import stateful
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant

from tests.stateful.model.ledger import Message
from tests.stateful.model.orders import Order
from tests.stateful.model.said import Refused
from tests.stateful.model.shipping import Shipping
from tests.stateful.opening import KINDS, SKUS, Opened, open_shop
from tests.stateful.world import Answer, World

T = TypeVar("T")
_OK = 300
_VISITED = ("OrdersScheduleFunction", "NotifyScheduleFunction")


def rule(**given: Any) -> Callable[[Callable[..., Any]], Any]:
    """A rule of the machine, as :func:`hypothesis.stateful.rule`; how often it ran is counted."""

    def declare(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def counted(self: "Base", **drawn: Any) -> Any:
            result = function(self, **drawn)
            self.tally[f"rule {function.__name__}"] += 1
            return result

        return stateful.rule(**given)(counted)

    return declare


class DiffersError(AssertionError):
    """The system and the model are not of one mind."""


def differences(found: Any, wanted: Any, where: str = "") -> list[str]:
    """Where an answer is not what is wanted; members that nobody wants are let be."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return [
            line
            for name, value in wanted.items()
            for line in differences(found.get(name, "(missing)"), value, f"{where}/{name}")
        ]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [
            line
            for number, value in enumerate(wanted)
            for line in differences(found[number], value, f"{where}/{number}")
        ]
    same = found == wanted and isinstance(found, bool) is isinstance(wanted, bool)
    return [] if same else [f"{where}: {found!r}, not {wanted!r}"]


class Base(RuleBasedStateMachine):
    """A shop in a world of its own, and its model."""

    world: ClassVar[World]
    opened: ClassVar[dict[int, Opened]] = {}
    """Shops that were made before, by number."""
    tally: ClassVar[Counter[str]] = Counter()
    """What happened in all examples: rules with what they were answered, and steps."""

    orders: Bundle[Order] = Bundle("orders")

    made_keys = 0
    """API keys that were made in this example."""

    def __init__(self) -> None:
        super().__init__()
        self.shop: Opened
        self.answer: Answer
        """The newest of a call that may change something."""
        self.model: Shipping
        self._sound = False
        """Whether nothing has been asked since all was as the model says."""
        self._seen: dict[str, Any] = {}
        """What was last compared of each thing."""

    def open(self, number: int, chance: int) -> None:
        """Begin with one of the shops; ``chance`` decides what ids there will be."""
        if number not in self.opened:
            self.opened[number] = open_shop(self.world, KINDS[number], number)
        self.shop = self.opened[number]
        self.world.restore(self.shop.moment, seed=chance)
        self.world.metrics.counts.clear()
        self.model = self.shop.model()
        self.model.messages.choose = self._who_speaks
        self.tally["examples"] += 1

    # --- calls ----------------------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        says: Callable[[], T],
        key: str | None = None,
        use: str = "",
        status: int | None = 200,
        **options: Any,
    ) -> tuple[Answer, T | None]:
        """Call the API a second later, hold the answer to what the model says, and let it settle.

        ``key`` is the call's Idempotency-Key, ``use`` the name it is counted under; where status
        is None, whoever calls looks at it.
        """
        headers = options.pop("headers", {}) | ({"Idempotency-Key": key} if key else {})
        self.pass_seconds(1)
        answer = self.world.call(method, path, body, key=self.shop.key, headers=headers, **options)
        self.answer = answer
        use = use or f"{method} {path.split('/')[2]}"
        try:
            said: T | None = says()
        except Refused as refused:
            said = None
            self._refused(method, path, answer, refused)
        else:
            if status is not None and answer.status != status:
                raise DiffersError(f"{method} {path}: {answer.status} {answer.body}, not {status}")
        kind = f" {answer.problem}" if answer.problem else ""
        self.tally[f"{use} {answer.status}{kind}"] += 1
        return answer, said

    def _refused(self, method: str, path: str, answer: Answer, refused: Refused) -> None:
        if (answer.status, answer.problem) != (refused.status, refused.kind):
            raise DiffersError(
                f"{method} {path}: {answer.status} {answer.body}, not {refused} {refused.members}"
            )
        members = dict(refused.members)
        pointers = members.pop("pointers", None)
        told = {error["pointer"] for error in answer.body.get("errors", ())}
        if pointers is not None and told != set(pointers):
            raise DiffersError(f"{method} {path}: {answer.body}, not {pointers}")
        self.same(f"{method} {path}", answer.body, members)

    def same(self, what: str, found: Any, wanted: Any) -> None:
        """Fail where an answer is not what the model says."""
        if lines := differences(found, wanted):
            raise DiffersError(f"{what}:\n" + "\n".join(lines))

    def get(self, path: str, **query: str) -> Answer:
        """Read something; it must be there."""
        answer = self.world.call("GET", path, key=self.shop.key, query=query)
        if answer.status >= _OK:
            raise DiffersError(f"GET {path} {query}: {answer.status} {answer.body}")
        return answer

    def settle(self) -> None:
        """Let the model hear of all that carriers were asked, and let all follow from it."""
        self.model.settle()
        for number, scans in self.world.post.told:
            self.model.heard(number, scans)
        self.world.post.told.clear()
        self.model.settle()

    def pages(self, path: str, limit: int, **query: str) -> list[Any]:
        """A whole list, page by page."""
        found: list[Any] = []
        more: dict[str, str] = {}
        while True:
            body = self.get(path, limit=str(limit), **query, **more).body
            assert len(body["items"]) <= limit
            found += body["items"]
            if body["next_cursor"] is None:
                return found
            more = {"cursor": body["next_cursor"]}

    # --- time -----------------------------------------------------------------------------------

    def pass_seconds(self, seconds: float) -> None:
        """Let all have happened that follows from what was, and time pass."""
        self.settle()
        self._sound = False
        self.world.advance(seconds)
        self.model.now = self.world.now

    def tick(self) -> None:
        """Let each schedule fire; the model does the same, one after the other."""
        for function in dict.fromkeys(name for name, _ in self.world.delivery.schedules):
            self.world.delivery.tick(function)
            self.world.settle()
            if function == _VISITED[0]:
                self.model.tick_orders()
            self.settle()
            if function == _VISITED[1]:
                self.model.messages.tick()
                self.settle()

    def _who_speaks(self, group: list[Message]) -> Message:
        """Of messages that are due at once, the one that the ledger says spoke for the others."""
        found = self.get("/v1/notifications", order_id=group[0].file, limit="100").body["items"]
        spoke = {
            row["shipment_id"]
            for row in found
            if (row["event"], row["channel"]) == (group[0].event, group[0].channel)
            and row["state"] != "folded"
        }
        heads = [row for row in group if row.shipment and row.shipment.id in spoke]
        return heads[0] if heads else group[0]

    @staticmethod
    def line_of(order: Order, number: int) -> str:
        """A line of an order by any number; one that it does not have by 0."""
        return f"line_{(number - 1) % len(order.agreed) + 1}" if number else "line_99"

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def is_as_the_model_says(self) -> None:
        """Whatever was written, or should have been, is what the model says."""
        self.tally["steps"] += 1
        self.settle()
        self.compare(self.world.written)
        self.world.written.clear()
        self._sound = True

    def compare(self, written: set[tuple[str, str]] | None) -> None:
        """Compare what was written to, or what the model changed; all of it where None is given."""
        names = None if written is None else {pk.partition("#")[2] for _, pk in written}
        for order in self.model.orders:
            wanted = (
                order.view(),
                order.version,
                order.allocation.view(order.id),
                self.model.messages.of(order.id),
            )
            if self._is_new(order.id, wanted, names is None or order.id in names):
                self._compare_order(order)
        for sku in SKUS:
            levels = self.model.stock.level_views(sku)
            if self._is_new(sku, levels, names is None or f"sku#{sku}" in names):
                found = self.get("/v1/stock-levels", sku=sku).body["items"]
                self.same(f"levels of {sku}", found, levels)
        moved = names is None or any(table == "ShipmentsTable" for table, _ in written or ())
        for shipment in self.model.shipments:
            if self._is_new(shipment.id, shipment.view(), moved):
                found = self.get(f"/v1/shipments/{shipment.id}").body
                self.same(f"shipment {shipment.id}", found, shipment.view())
        sent = {"email": len(self.world.services.mails), "sms": len(self.world.services.texts)}
        self.same("sent", sent, {name: self.model.messages.sent[name] for name in sent})

    def _is_new(self, name: str, wanted: Any, was_written: bool) -> bool:
        """Whether something is to be asked for: nothing else can be another than it was."""
        new = was_written or self._seen.get(name) != wanted
        self._seen[name] = wanted
        return new

    def _compare_order(self, order: Order) -> None:
        answer = self.get(f"/v1/orders/{order.id}")
        self.same(f"order {order.id}", answer.body, order.view())
        self.same("its version", answer.headers["ETag"], f'"{order.version}"')
        rows = self.get("/v1/reservations", order_id=order.id).body["items"]
        rows = sorted(rows, key=lambda row: (row["sku"], row["location_id"]))
        self.same(f"reservations of {order.id}", rows, order.allocation.view(order.id))
        self._compare_messages(order.id, order_id=order.id)

    def _compare_messages(self, file: str, **query: str) -> None:
        found = self.get("/v1/notifications", limit="100", **query).body["items"]
        told = sorted(
            (
                row["event"],
                row["channel"],
                row["audience"],
                row["state"],
                row["reason"] or "",
                row["shipment_id"] or "",
            )
            for row in found
        )
        wanted = self.model.messages.of(file)
        if told != wanted:
            raise DiffersError(f"messages of {query}:\n{told}\nnot\n{wanted}")

    def teardown(self) -> None:
        """Compare everything, changed or not; where something was wrong before, that is told."""
        if self._sound:
            self.compare(None)
            for day in sorted({row.file for row in self.model.messages.rows}):
                if not day.startswith("ord_"):
                    self._compare_messages(day, alerts_on=day)
            parked = [pk for table in self.world.tables.names for pk in self._parked(table)]
            self.same("parked records", parked, [])

    def _parked(self, table: str) -> list[str]:
        return [
            item["sk"]["S"]
            for item in self.world.tables.items(table)
            if "parked" in item["pk"]["S"] or "parked" in item["sk"]["S"]
        ]
