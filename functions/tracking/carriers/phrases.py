"""What carriers' words say where their codes do not: reasons, in English, the sharpest first.

Read only of scans whose code leaves it open, such as DHL's ``transit``. No words ever make a parcel
delivered: only a carrier's code does.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from tracking.parcels.states import Action, Fault, Meaning, Status


class Phrase(NamedTuple):
    """Words, and what a scan means that has them."""

    hints: tuple[str, ...]
    """Pieces of which a text with these words has one: most texts have none, and are done with."""
    words: str
    """An expression; compiled when it is first looked for, as compiling all of them takes 5 ms."""
    meaning: Meaning


def first(phrases: Iterable[Phrase], text: str) -> Meaning | None:
    """The meaning of the first phrase that a text has."""
    text = text.lower()
    for hints, words, meaning in phrases:
        for hint in hints:
            if hint in text:
                if re.search(words, text):
                    return meaning
                break
    return None


def because(meaning: Meaning, phrases: Iterable[Phrase], text: str) -> Meaning:
    """The meaning with the reason its words give; where it goes back, that is its status too."""
    reason = first(phrases, text)
    if reason is None:
        return meaning
    back = reason.status is Status.RETURNING
    return replace(
        meaning,
        status=reason.status if back else meaning.status,
        sub_status=reason.sub_status or meaning.sub_status,
        fault=meaning.fault if reason.fault is Fault.UNKNOWN else reason.fault,
        action_required=reason.action_required,
    )


def _phrase(
    hints: str,
    words: str,
    status: Status,
    sub_status: str = "",
    fault: Fault = Fault.UNKNOWN,
    *,
    action: Action = Action.NONE,
) -> Phrase:
    meaning = Meaning(status, sub_status, fault, action)
    return Phrase(tuple(hints.split("|")), words, meaning)


_SENDER: Final = r"(the )?(original )?(sender|shipper|consignor|origin)"

_WRONG: Final = (
    r"(incorrect|incomplete|insufficient|wrong|invalid|bad|unknown|missing|illegible|not found)"
)
_ADDRESS: Final = r"(address|(street|house|apartment|suite) (number|name)|postal code|zip code)"

RETURNED: Final[Sequence[Phrase]] = (
    _phrase(
        "sender|shipper|consignor|origin",
        rf"\breturned to {_SENDER}|\bdelivered( back)?,? to {_SENDER}",
        Status.RETURNED,
    ),
)
"""That it is back with the sender: of scans whose code says that it is going or delivered there."""

RETURNING: Final[Sequence[Phrase]] = (
    _phrase(
        "rto|return",
        r"\brto\b|\bbeing returned\b|\breturn shipment\b|\b(initiat|process)\w* (a |the )?return\b"
        rf"|\breturn(ed|ing)? (back )?to {_SENDER}",
        Status.RETURNING,
    ),
)

CUSTOMS: Final[Sequence[Phrase]] = (
    _phrase(
        "clear|customs|finished",
        r"\b(customs|clearance)\b.*\b(released|cleared|completed?|finished)\b"
        r"|\b(released|cleared) (by|from|through)( the)?( import| export)? customs\b",
        Status.IN_TRANSIT,
        "customs_cleared",
    ),
    _phrase(
        "dut|charge|fee|tax",
        r"\b(dut(y|ies)|import charges|customs (fees?|charges|tax(es)?))\b.*"
        r"\b(pay|paid|payment|due|unpaid|owed|await)",
        Status.EXCEPTION,
        "duties_unpaid",
        action=Action.RECIPIENT,
    ),
    _phrase(
        "customs|clearance|import|export|commercial",
        r"\b(customs|clearance|import|export)\b.*\b(documents?|documentation|paperwork|invoice"
        r"|declaration|information)\b.*\b(requir|need|missing|incomplete|request|await)"
        r"|\b(missing|incomplete|requir\w*|await\w*)\b.*\b(customs|import|export|commercial) "
        r"(documents?|documentation|paperwork|invoice|declaration|information)",
        Status.EXCEPTION,
        "customs_docs",
        Fault.SENDER,
        action=Action.SENDER,
    ),
    _phrase(
        "customs|clearance",
        r"\b(customs|clearance)\b.*\b(on hold|held|delay|detained|inspection|pending)"
        r"|\b(held|detained|delayed) (by|at|in)( the)?( import| export)? customs\b",
        Status.EXCEPTION,
        "customs_held",
        Fault.CUSTOMS,
    ),
    _phrase(
        "customs|clearance",
        r"\bcustoms\b|\bclearance (event|process)",
        Status.IN_TRANSIT,
        "customs",
    ),
)

PROBLEMS: Final[Sequence[Phrase]] = (
    *RETURNING,
    _phrase("refus|reject", r"\brefus|\brejected by", Status.EXCEPTION, "refused", Fault.RECIPIENT),
    *CUSTOMS,
    _phrase(
        "address|number| name| code|moved|no such",
        rf"\b{_WRONG}\b.{{0,40}}\b{_ADDRESS}\b|\b{_ADDRESS}\b.{{0,40}}\b({_WRONG}|needed|required)\b"
        r"|\b(need|provide|verify)\b.{0,20}\baddress\b|\b(has|have) moved\b|\bno such\b",
        Status.EXCEPTION,
        "address_problem",
        action=Action.SENDER,
    ),
    _phrase(
        "not |no |nobody|noone|absent|closed",
        r"\bnot (at )?home\b|\bno ?(one|body)\b|\bnot (be )?(available|present|in)\b|\babsent\b"
        r"|\b(business|premises|company|recipient|receiver) (is |was )?closed\b",
        Status.DELIVERY_ATTEMPTED,
        "recipient_absent",
        Fault.RECIPIENT,
    ),
    _phrase(
        "attempt|could not|unable|not deliver|unsuccessful",
        r"\bdelivery attempt(ed)?\b(?! will)|\battempted( a)? delivery\b|\battempt(s)? (was|were)\b"
        r"|\b(could not be|unable to be|not) delivered\b|\bunable to deliver\b"
        r"|\bunsuccessful (delivery|attempt)\b",
        Status.DELIVERY_ATTEMPTED,
    ),
    _phrase("damage", r"\bdamage", Status.EXCEPTION, "damaged", Fault.CARRIER),
    _phrase(
        "lost", r"\b(is|was|been|declared|reported) lost\b", Status.EXCEPTION, "lost", Fault.CARRIER
    ),
    _phrase("destroyed|disposed", r"\bdestroyed\b|\bdisposed of\b", Status.EXCEPTION, "destroyed"),
    _phrase(
        "weather|storm|flood|hurricane|disaster|majeure",
        r"\bweather\b|\b(snow|wind)?storm\b|\bflood|\bhurricane\b|\bnatural disaster\b"
        r"|\bforce majeure\b",
        Status.EXCEPTION,
        "weather",
        Fault.FORCE_MAJEURE,
    ),
    _phrase(
        "missort|misrout|missent",
        r"\bmissort|\bmisrout|\bmissent\b",
        Status.IN_TRANSIT,
        "missorted",
        Fault.CARRIER,
    ),
    _phrase(
        "hold|held",
        r"\bon hold\b|\b(is|was|been) held\b|\bheld (at|for|in)\b",
        Status.EXCEPTION,
        "held",
    ),
    _phrase("delay", r"\bdelay", Status.IN_TRANSIT, "delayed"),
)
"""Why something does not go on, of scans whose code says that something is wrong."""

PROGRESS: Final[Sequence[Phrase]] = (
    _phrase(
        "pick|collect",
        r"\b(ready|available|waiting|awaiting)\b.{0,30}\b(pick(ed)?[ -]?up|collect(ion|ed))\b"
        r"|\bcan be (picked up|collected)\b",
        Status.AVAILABLE_FOR_PICKUP,
        action=Action.RECIPIENT,
    ),
    _phrase(
        "deliver|courier",
        r"\bout for delivery\b|\bwith (the )?(delivery )?courier\b|\bdelivery vehicle\b",
        Status.OUT_FOR_DELIVERY,
    ),
    _phrase(
        "pick|collect|hand|accept|posted",
        r"\bshipment picked up\b|\bpicked up (by|from)\b|\bcollected (by|from)\b|\bhanded over to\b"
        r"|\baccepted (by|at)\b|\bposted by the sender\b",
        Status.PICKED_UP,
    ),
)
"""How far along something is, of scans whose code says no more than that it is under way."""
