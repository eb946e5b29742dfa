"""Carriers are set up, and parcels are handed over to them, with the whole of their journey."""

from collections.abc import Sequence
from typing import Any, Final

from tests.simulation.carriers.bureau import CREDENTIALS
from tests.simulation.carriers.parcels import ASKED, Parcel, Scan
from tests.simulation.carriers.words import JOURNEYS
from tests.simulation.people.calls import done
from tests.simulation.people.front import Client
from tests.simulation.people.scene import Scene
from tests.simulation.processes.faults import Fault

_HOW_MANY: Final = (1, 1, 1, 1, 1, 2, 2, 2, 2, 3)
"""Carriers of a seed: each is swept by itself, which costs a twelfth of what a seed costs."""
_SECRETS: Final = ("webhook-secret-canary", "former-webhook-secret-canary")
_WITH_WEBHOOK: Final = 0.8
_WITH_BUDGET: Final = 0.2
_BUDGETS: Final = (60, 90)
_WITH_CAP: Final = 0.2
_CAPS: Final = (4, 6)
_NAMED: Final = 0.6
"""Share of the parcels whose carrier the merchant names; of the others, the number must tell."""
_SHARED: Final = 0.15
"""Share of the parcels whose number two carriers might have given, where there are such two."""
_PACES: Final = ((0.5, 8.0), (0.5, 8.0), (15.0, 90.0), (60.0, 4 * 3600.0))
"""Seconds between the scans of a parcel, at least and at most."""
_QUICK: Final = (35.0, 60.0)
_WHOLE: Final = ("picked-up", "departed", "arrived", "out", "delivered")
_EXACT: Final = frozenset({"ems"})
"""Carriers that tell milliseconds; the others tell seconds."""
_WITH_ESTIMATE: Final = 0.4
_KNOWN_AFTER: Final = (20.0, 3600.0)


def set_up(scene: Scene, operator: Client) -> None:
    """Set up the carriers of this seed, some with a budget or a cap of questions."""
    dice, carriers = scene.dice, scene.carriers
    carriers.names = tuple(sorted(dice.sample(sorted(CREDENTIALS), dice.choice(_HOW_MANY))))
    for name in carriers.names:
        credentials = dict(CREDENTIALS[name])
        if name == "easypost" and dice.random() < _WITH_WEBHOOK:
            kinds = ("webhook_secret", "former_webhook_secret")
            known = dict(zip(kinds[: dice.choice((1, 2))], _SECRETS, strict=False))
            carriers.pushes.secrets = tuple(known.values())
            credentials |= known
        settings: dict[str, Any] = {"credentials": credentials}
        if dice.random() < _WITH_BUDGET:
            settings["daily_budget"] = dice.choice(_BUDGETS)
            scene.budgeted[name] = settings
        if dice.random() < _WITH_CAP:
            settings["per_shipment_daily_cap"] = dice.choice(_CAPS)
        done(operator.call("PUT", f"/v1/carriers/{name}", settings))


def lift_budgets(scene: Scene) -> None:
    """Let carriers be asked as often as it takes: whom chance left out is asked at last."""
    settings = {name: dict(known) for name, known in scene.budgeted.items()}
    scene.budgeted.clear()

    def act(operator: Client) -> None:
        for name, known in settings.items():
            del known["daily_budget"]
            done(operator.call("PUT", f"/v1/carriers/{name}", known))

    scene.operate(act)


def hand_over(scene: Scene) -> dict[str, str]:
    """Hand a parcel over to a carrier now; as the merchant names it to us."""
    dice, carriers = scene.dice, scene.carriers
    shared = carriers.shared_number() if dice.random() < _SHARED else None
    if shared:
        number, owner = shared
        carriers.take(_parcel(scene, number, owner))
        return {"tracking_number": number}
    owner = {"easypost": "usps"}.get(name := dice.choice(carriers.names), name)
    number = carriers.new_number(owner)
    carriers.take(_parcel(scene, number, owner))
    if dice.random() >= _NAMED:
        return {"tracking_number": number}
    named = dice.choice((owner, "easypost")) if name == "easypost" else owner
    return {"tracking_number": number, "carrier": named}


def send_ahead(scene: Scene) -> dict[str, str]:
    """Hand a parcel over that is delivered within minutes, and whose carrier tells at once.

    Where no carrier of the seed tells by itself, it is any other parcel.
    """
    if not scene.carriers.pushes.secrets:
        return hand_over(scene)
    number = scene.carriers.new_number("usps")
    scene.carriers.take(_parcel(scene, number, "usps", paces=(_QUICK,), journeys=(_WHOLE,)))
    return {"tracking_number": number, "carrier": "easypost"}


def _parcel(
    scene: Scene,
    number: str,
    owner: str,
    *,
    paces: Sequence[tuple[float, float]] = _PACES,
    journeys: Sequence[Sequence[str]] = JOURNEYS,
) -> Parcel:
    dice, at = scene.dice, scene.machine.now
    exact = ASKED.get(owner, owner) in _EXACT
    shortest, longest = dice.choice(paces)
    scans: list[Scan] = []
    for what in dice.choice(journeys):
        at += dice.uniform(shortest, longest)
        if scans and not exact:
            at = max(at, scans[-1].at + 1)
        scans.append(Scan(round(at, 3) if exact else float(int(at)), what))
    late = scene.machine.faults.strikes(Fault.CARRIER_LATE)
    known_from = scene.machine.now + dice.uniform(*_KNOWN_AFTER) if late else 0.0
    estimate = float(int(at)) + 3600 if dice.random() < _WITH_ESTIMATE else None
    return Parcel(number, owner, tuple(scans), known_from, estimate)
