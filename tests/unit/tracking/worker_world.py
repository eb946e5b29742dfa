"""A worker of a sweep beside shipments, usage and a carrier in memory."""

from tests.support.tracking import (
    FakeAdapter,
    FakeBriefing,
    FakeCarriers,
    FakeClock,
    FakeRhythms,
    FakeShipments,
    a_line,
    ems_settings,
    send_ok,
)
from tracking.accounts.usage import Usage
from tracking.news.learning import Lessons
from tracking.parcels.shipment import Shipment
from tracking.sweep.tasks import Task
from tracking.sweep.worker import Worker


class World:
    """A worker and all it touches."""

    def __init__(self, *shipments: Shipment, **settings: int) -> None:
        self.shipments = FakeShipments()
        self.shipments.add(*shipments)
        self.ids = tuple((s.shop_id, s.id) for s in shipments)
        self.adapter = FakeAdapter()
        self.carriers = FakeCarriers({"ems": ems_settings(**settings)})
        self.clock = FakeClock()
        self.line = a_line(send_ok, self.clock)
        self.rhythms = FakeRhythms()
        self.seconds_left = lambda: 60.0
        self.is_drawn = False

    def work(self, carrier: str = "ems", since: float = 0.0) -> None:
        worker = Worker(
            FakeBriefing(self.shipments, self.carriers),
            self.shipments,
            self.carriers.set_up,
            self.carriers,
            {"ems": self.adapter},
            self.line,
            Lessons(self.rhythms, self.clock.now.timestamp),
            lambda _: self.is_drawn,
        )
        worker.work(Task(carrier, self.ids, since), self.seconds_left)

    @property
    def usage(self) -> Usage:
        return self.carriers.usage("ems")

    def stored(self) -> list[Shipment]:
        return self.shipments.get_many(self.ids)
