"""Deliberate faults of the code under test: the simulator is worth what it finds of them.

Each plant is a small change of one file. It is made in a copy of the checkout, the simulator runs
there, and must break a promise within 200 seeds: `make plants`, or `make plants ARGS=name`.
What once went wrong is planted again here, not kept as a seed: a seed plays something else as soon
as the town, the rooms or the delivery change.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
MAX_SEEDS: Final = 200
_COPIED: Final = ("functions", "layers", "local", "tests", "template.yaml")
_FUNCTIONS: Final = "functions/"
_LAYER: Final = "layers/shared/python/waybill/"


@dataclass(frozen=True)
class Plant:
    """A fault: where some text stands once, another is put."""

    name: str
    path: str
    instead_of: str
    put: str

    def patched(self, root: Path) -> str:
        """The file's text with the fault in it; raises ValueError where it does not fit."""
        text = (root / self.path).read_text()
        if text.count(self.instead_of) != 1:
            raise ValueError(f"{self.name}: its text stands {text.count(self.instead_of)} times")
        return text.replace(self.instead_of, self.put)


PLANTS: Final = (
    Plant(
        "stock_condition_dropped",
        _FUNCTIONS + "inventory/allocation/repository.py",
        'frozenset({":taken_at_most"}): "available >= :taken_at_most",',
        'frozenset({":taken_at_most"}): "available > :taken_at_most OR attribute_exists(pk)",',
    ),
    Plant(
        "allocation_gate_dropped",
        _FUNCTIONS + "inventory/allocation/repository.py",
        'condition="version = :seen" if seen',
        'condition="version = :seen OR attribute_exists(pk)" if seen',
    ),
    Plant(
        "backorder_limit_dropped",
        _FUNCTIONS + "inventory/allocation/repository.py",
        'frozenset({":room"}): "backordered <= :room",',
        'frozenset({":room"}): "backordered <= :room OR attribute_exists(pk)",',
    ),
    Plant(
        "queue_jumped",
        _FUNCTIONS + "inventory/allocation/book.py",
        "self.on_shelves(shop_id, sku) - self.owed(shop_id, sku)",
        "self.on_shelves(shop_id, sku)",
    ),
    Plant(
        "arrival_forgotten",
        _FUNCTIONS + "inventory/on_order_change.py",
        "    _fill(outcome)\n",
        "",
    ),
    Plant(
        "arrival_given_to_whom_the_index_knows",
        _FUNCTIONS + "inventory/allocation/filler.py",
        "        raise StillOwedError\n",
        "        return\n",
    ),
    Plant(
        "unknown_sku_decided_with_a_part",
        _FUNCTIONS + "inventory/allocation/planner.py",
        "        if not self._demand.asks_stock:\n            return Decision.PENDING\n",
        "",
    ),
    Plant(
        "unknown_sku_held_for_ever",
        _FUNCTIONS + "orders/observing.py",
        "    if not order.asks_stock and seen.skus_known:\n",
        "    if not order.asks_stock and seen.skus_known and seen.cancelled_at:\n",
    ),
    Plant(
        "parts_kept_when_short",
        _FUNCTIONS + "inventory/allocation/planner.py",
        "        if not self._was_decided():\n            for sku in self._wanted:\n",
        "        if self._seen is None:\n            for sku in self._wanted:\n",
    ),
    Plant(
        "part_of_an_order_decided",
        _FUNCTIONS + "inventory/allocation/groups.py",
        "        return self.plan.decided and self.last\n",
        "        return self.plan.decided\n",
    ),
    Plant(
        "late_image_applied",
        _FUNCTIONS + "inventory/allocation/planner.py",
        "return self._seen is None or self._seen.order_version < self._demand.order_version",
        "return self._seen is None or self._seen.order_version != self._demand.order_version",
    ),
    Plant(
        "released_twice",
        _FUNCTIONS + "inventory/allocation/groups.py",
        "        self.taken += change.taken\n",
        "        self.taken += change.taken * (2 if change.taken < 0 else 1)\n",
    ),
    Plant(
        "cancelled_order_keeps_its_stock",
        _FUNCTIONS + "inventory/allocation/images.py",
        "    if order.status is OrderStatus.DRAFT:\n",
        "    if order.status in (OrderStatus.DRAFT, OrderStatus.CANCELLED):\n",
    ),
    Plant(
        "movement_repeated",
        _FUNCTIONS + "inventory/movements/repository.py",
        '        }\n        | written_by,\n        condition="attribute_not_exists(pk)",\n',
        "        }\n        | written_by,\n",
    ),
    Plant(
        "edits_delta_released_twice",
        _FUNCTIONS + "inventory/allocation/planner.py",
        "rows.release(sku, rows.held(sku) - (self._wanted[sku] - self._shipped[sku]))",
        "rows.release(sku, 2 * (rows.held(sku) - (self._wanted[sku] - self._shipped[sku])))",
    ),
    Plant(
        "fill_ignores_placement",
        _FUNCTIONS + "inventory/allocation/planner.py",
        "    for demand in sorted(demands, key=placing):\n",
        "    for demand in sorted(demands, key=lambda it: (bool(fill), it.order_id)):\n",
    ),
    Plant(
        "closed_location_serves",
        _FUNCTIONS + "inventory/allocation/book.py",
        "            if not location.closed:\n",
        "            if location.version:\n",
    ),
    Plant(
        "returned_units_counted_twice",
        _FUNCTIONS + "inventory/allocation/rows.py",
        "returned=max(row.returned, units)",
        "returned=row.returned + units",
    ),
    Plant(
        "return_forgotten_by_a_later_write",
        _FUNCTIONS + "orders/items.py",
        "        restocked=dict(line.restocked) or None,\n",
        "",
    ),
    Plant(
        "promised_units_transferred",
        _FUNCTIONS + "inventory/movements/repository.py",
        'Bound.AVAILABLE_AT_LEAST: "available >= :limit"',
        'Bound.AVAILABLE_AT_LEAST: "on_hand >= :limit"',
    ),
    Plant(
        "transfer_arrives_twice",
        _FUNCTIONS + "inventory/movements/repository.py",
        'condition="version = :seen" if seen',
        'condition="version = :seen OR attribute_exists(pk)" if seen',
    ),
    Plant(
        "shortfall_told_again",
        _FUNCTIONS + "inventory/events.py",
        "    if missing and not _shortfall(old):\n",
        "    if missing:\n",
    ),
    Plant(
        "changed_level_not_to_be_checked",
        _FUNCTIONS + "inventory/allocation/repository.py",
        '" unchecked_pk = :unchecked, version = version + :one, updated_at = :now,"',
        '" noted_pk = :unchecked, version = version + :one, updated_at = :now,"',
    ),
    Plant(
        "check_forgets_the_version",
        _FUNCTIONS + "inventory/checks/repository.py",
        '"REMOVE stale_days",\n                condition="version = :seen",\n',
        '"REMOVE stale_days",\n'
        '                condition="version = :seen OR attribute_exists(pk)",\n',
    ),
    Plant(
        "undecided_order_never_driven",
        _FUNCTIONS + "orders/schedule/driving.py",
        "((crossing, crossing.key in undecided) for crossing in page)",
        "((crossing, False) for crossing in page)",
    ),
    Plant(
        "order_put_over_itself",
        _FUNCTIONS + "orders/repository.py",
        "                order_item(order, stamp, demand_changed=demand_changed),\n"
        '                condition="attribute_not_exists(pk)",\n',
        "                order_item(order, stamp, demand_changed=demand_changed),\n",
    ),
    Plant(
        "order_saved_over_a_newer_one",
        _FUNCTIONS + "orders/repository.py",
        'self.table.put(item, condition="version = :seen", values',
        'self.table.put(item, condition="version = :seen OR attribute_exists(pk)", values',
    ),
    Plant(
        "late_decision_applied",
        _FUNCTIONS + "orders/stock.py",
        "    if decision.version <= order.inventory_version:\n",
        "    if decision.version == order.inventory_version:\n",
    ),
    Plant(
        "late_shipment_news_applied",
        _FUNCTIONS + "orders/shipping.py",
        "    if known and news.version <= known.version:\n",
        "    if known and news.version == known.version:\n",
    ),
    Plant(
        "late_observation_applied",
        _FUNCTIONS + "orders/observing.py",
        "    if seen.version <= order.platform_version:\n",
        "    if seen.version == order.platform_version:\n",
    ),
    Plant(
        "edit_applied_twice",
        _FUNCTIONS + "orders/edits/confirming.py",
        "    if edit.state in {QuoteState.RESERVING, QuoteState.CONFIRMED}:\n        return None\n",
        "    if edit.state is QuoteState.RESERVING:\n        return None\n"
        "    if edit.state is QuoteState.CONFIRMED:\n"
        "        return _commit(order, prices(), edit, at).change\n",
    ),
    Plant(
        "edit_releases_before_it_reserves",
        _FUNCTIONS + "orders/edits/confirming.py",
        "    if _reserves(order, edit.quote):\n",
        "    if not edit.quote.cuts and _reserves(order, edit.quote):\n",
    ),
    Plant(
        "declined_edit_changes_lines",
        _FUNCTIONS + "orders/edits/confirming.py",
        "Change(without_edit(order, reason), (told,), tuple(declined))",
        "Change(replace(without_edit(order, reason), lines=order.lines), (told,), tuple(declined))",
    ),
    Plant(
        "old_quote_confirmed",
        _FUNCTIONS + "orders/edits/confirming.py",
        "edit.state is QuoteState.OPEN and edit.expires_at <= at:",
        "edit.state is QuoteState.OPEN and edit.expires_at <= edit.created_at:",
    ),
    Plant(
        "order_read_before_its_edit",
        _FUNCTIONS + "orders/edits/service.py",
        "            newest = self.edits.newest(shop_id, order_id)\n"
        "            order, details = self._order(shop_id, order_id)\n",
        "            order, details = self._order(shop_id, order_id)\n"
        "            newest = self.edits.newest(shop_id, order_id)\n",
    ),
    Plant(
        "payment_counted_twice",
        _FUNCTIONS + "orders/payments/service.py",
        "payment_id(order, told.kind, told.reference, idempotency_key)",
        "payment_id(order, told.kind, None, None)",
    ),
    Plant(
        "refund_above_captured",
        _FUNCTIONS + "orders/payments/facts.py",
        "lambda sums: sums.captured - sums.refunded,",
        "lambda sums: sums.captured - sums.refunded + MAX_AMOUNT,",
    ),
    Plant(
        "goodwill_collected_again",
        _FUNCTIONS + "orders/payments/facts.py",
        "removed=counted.removed + goodwill)",
        "removed=counted.removed + min(goodwill, 0))",
    ),
    Plant(
        "paid_order_expires",
        _FUNCTIONS + "orders/lifecycle.py",
        "order.status is not OrderStatus.PENDING or is_secured(order):",
        "order.status is not OrderStatus.PENDING:",
    ),
    Plant(
        "unpaid_order_never_expires",
        _FUNCTIONS + "orders/schedule/expiry.py",
        "                expired += self._expire(overdue)\n",
        "                expired += bool(overdue)\n",
    ),
    Plant(
        "units_cancelled_at_the_price_of_the_first",
        _FUNCTIONS + "orders/cancelling.py",
        "return before - worth(sold[line_id], charged - number, prices_include_tax=taxed)",
        "return min(before, worth(sold[line_id], number, prices_include_tax=taxed))",
    ),
    Plant(
        "return_received_twice",
        _FUNCTIONS + "orders/returns/deciding.py",
        "        if units[arrival.line_id] > line.due:\n",
        "        if units[arrival.line_id] > line.quantity:\n",
    ),
    Plant(
        "return_restocked_twice",
        _FUNCTIONS + "orders/returns/deciding.py",
        "        restocked=_shelved(line.restocked, here),\n    )\n",
        "        restocked=_shelved(_shelved(line.restocked, here), here),\n    )\n",
    ),
    Plant(
        "return_refunded_twice",
        _FUNCTIONS + "orders/returns/refunding.py",
        "    lines = tuple(replace(line, refunded=line.received) for line in one.lines)\n",
        "    lines = tuple(replace(line, refunded=0) for line in one.lines)\n",
    ),
    Plant(
        "hold_put_on_again",
        _FUNCTIONS + "orders/holds/service.py",
        'name_hold(order_id, idempotency_key or random_id("hold"), 0)',
        'name_hold(order_id, random_id("hold"), 0)',
    ),
    Plant(
        "amendment_over_a_newer_one",
        _FUNCTIONS + "orders/repository.py",
        'write = put_write(item, condition="version = :seen", values',
        'write = put_write(item, condition="version = :seen OR attribute_exists(pk)", values',
    ),
    Plant(
        "list_loses_who_stands_between_pages",
        _FUNCTIONS + "orders/lists/service.py",
        "return page, place if index < len(taken) or rows.goes_on else None",
        "return page, taken[-1] if index < len(taken) or rows.goes_on else None",
    ),
    Plant(
        "shipment_put_over_another",
        _FUNCTIONS + "tracking/shipments/repository.py",
        '        condition = "attribute_not_exists(pk)"\n',
        '        condition = "attribute_not_exists(pk) OR attribute_exists(pk)"\n',
    ),
    Plant(
        "shipment_saved_over_a_newer_one",
        _FUNCTIONS + "tracking/shipments/repository.py",
        '        condition = "version = :before"\n',
        '        condition = "version = :before OR attribute_exists(pk)"\n',
    ),
    Plant(
        "watermark_before_questions",
        _FUNCTIONS + "tracking/sweep/planner.py",
        "        self.queue.send(sweep.tasks())\n"
        "        self.carriers.advance(known.settings.carrier, sweep.mark())\n",
        "        self.carriers.advance(known.settings.carrier, sweep.mark())\n"
        "        self.queue.send(sweep.tasks())\n",
    ),
    Plant(
        "error_taken_for_no_record",
        _FUNCTIONS + "tracking/asking/conversation.py",
        "        if len(questions) == 1 or outcomes[-1:] != [Outcome.UNANSWERED]:\n"
        "            return {}\n",
        "        if len(questions) == 1 or outcomes[-1:] != [Outcome.UNANSWERED]:\n"
        "            return {questions[0]: Answer(known=False)}\n",
    ),
    Plant(
        "empty_answer_believed",
        _FUNCTIONS + "tracking/news/answers.py",
        "            noticed.suspect += 1\n            return parcel\n",
        "            noticed.suspect += 1\n            return replace(parcel, scans=())\n",
    ),
    Plant(
        "answer_put_over_what_is_known",
        _FUNCTIONS + "tracking/news/answers.py",
        "scans = merge(parcel.scans, told, len(shipment.parcels))",
        "scans = merge((), told, len(shipment.parcels))",
    ),
    Plant(
        "second_owner_never_asked",
        _FUNCTIONS + "tracking/news/answers.py",
        "            after = _turned(after, set_up, noticed)\n",
        "            after = replace(after)\n",
    ),
    Plant(
        "push_signature_unchecked",
        _FUNCTIONS + "tracking/news/pushing.py",
        "        if not easypost_events.is_signed(body, signature, secrets):\n",
        "        if not (body and any(secrets)):\n",
    ),
    Plant(
        "push_not_deduplicated",
        _FUNCTIONS + "tracking/news/answers.py",
        "    if pushed and not tells:\n        return Heard(shipment, noticed, is_news=False)\n",
        "",
    ),
    Plant(
        "former_webhook_secret_forgotten",
        _FUNCTIONS + "tracking/news/pushing.py",
        "for name in easypost_events.SECRETS]",
        "for name in easypost_events.SECRETS[:1]]",
    ),
    Plant(
        "ups_token_never_renewed",
        _FUNCTIONS + "tracking/asking/tokens.py",
        "held.settings_version == settings_version and now < held.renew_at",
        "held.settings_version == settings_version and now > 0",
    ),
    Plant(
        "refused_token_kept",
        _FUNCTIONS + "tracking/asking/conversation.py",
        "        self.line.tokens.refused(self.settings.carrier, held)\n",
        "",
    ),
    Plant(
        "retry_after_ignored",
        _FUNCTIONS + "tracking/asking/conversation.py",
        "        self.tally.paused_until = until if until > now else None\n",
        "        self.tally.paused_until = now if until > now else None\n",
    ),
    Plant(
        "breaker_never_opens",
        _FUNCTIONS + "tracking/accounts/breaker.py",
        "    return often or in_a_row\n",
        "    return often and in_a_row\n",
    ),
    Plant(
        "cap_ignored",
        _FUNCTIONS + "tracking/sweep/planner.py",
        "        cap = self.limits.per_shipment_daily_cap\n",
        "        cap = None\n",
    ),
    Plant(
        "carriers_share_a_queue",
        _FUNCTIONS + "tracking/sweep/tasks.py",
        '        return f"{self.carrier}#{self.worker}"\n',
        '        return f"sweep#{self.worker}"\n',
    ),
    Plant(
        "message_put_if_absent_dropped",
        _FUNCTIONS + "notify/ledger/repository.py",
        'self._table.put(to_item(message), condition="attribute_not_exists(pk)")',
        "self._table.put(to_item(message))",
    ),
    Plant(
        "message_settled_twice",
        _FUNCTIONS + "notify/ledger/repository.py",
        "AND #state IN (:sending, :unknown) AND #state <> :state",
        "AND (attribute_exists(pk) OR #state IN (:sending, :unknown))",
    ),
    Plant(
        "message_marked_before_sending",
        _FUNCTIONS + "notify/sending/attempts.py",
        "        try:\n            if isinstance(content, Sms):\n",
        '        self._settle(replace(message, state=State.SENT, provider_id="soon"), None)\n'
        "        try:\n            if isinstance(content, Sms):\n",
    ),
    Plant(
        "mail_sent_again_by_the_client",
        _FUNCTIONS + "notify/composition.py",
        'client_without_retries("sesv2")',
        'client("sesv2")',
    ),
    Plant(
        "message_of_yesterday",
        _FUNCTIONS + "notify/policy/rules.py",
        "    return rule.true_while is not None and current_status not in rule.true_while\n",
        "    return False\n",
    ),
    Plant(
        "refused_message_waits_for_ever",
        _FUNCTIONS + "notify/sending/claims.py",
        "        if found.state is not State.WAITING:\n",
        "        if found.state:\n",
    ),
    Plant(
        "sms_sent_again",
        _FUNCTIONS + "notify/ledger/messages.py",
        "    tells = message.channel is Channel.EMAIL and message.cause is not None\n",
        "    tells = message.cause is not None\n",
    ),
    Plant(
        "mail_sent_again_at_once",
        _FUNCTIONS + "notify/ledger/messages.py",
        "CHECKED_AFTER: Final = timedelta(minutes=10)",
        "CHECKED_AFTER: Final = timedelta(minutes=1)",
    ),
    Plant(
        "attempt_of_the_schedule_forgotten",
        _FUNCTIONS + "notify/sending/claims.py",
        "            taken = replace(taken, due_at=to_text(self.clock() + LONGEST_ATTEMPT))\n",
        "            taken = replace(taken, due_at=None)\n",
    ),
    Plant(
        "feedback_forgotten_while_its_attempt_lives",
        _FUNCTIONS + "notify/feedback/applying.py",
        "                raise AttemptAliveError(row.id)\n",
        "                return\n",
    ),
    Plant(
        "fold_not_conditional",
        _FUNCTIONS + "notify/ledger/repository.py",
        'condition="version = :seen",\n'
        '                values={":seen": seen.version},\n            )\n',
        'condition="attribute_exists(pk) OR version = :seen",\n'
        '                values={":seen": seen.version},\n            )\n',
    ),
    Plant(
        "folded_and_sent_anyway",
        _FUNCTIONS + "notify/sending/notifier.py",
        "self.claims.claim(occasion, message, [other for other, _ in companions])",
        "self.claims.claim(occasion, message)",
    ),
    Plant(
        "folded_forgotten_when_refused",
        _FUNCTIONS + "notify/ledger/stored.py",
        "        if message.covers:\n",
        "        if message.covers and message.reason is None:\n",
    ),
    Plant(
        "alert_note_not_put_if_absent",
        _FUNCTIONS + "notify/sending/alerts.py",
        "        found = self.ledger.add(note)\n",
        "        self.ledger.add(note)\n        found = None\n",
    ),
    Plant(
        "alert_note_taken_for_the_alert",
        _FUNCTIONS + "notify/sending/alerts.py",
        "        if found is not None and found.state is not State.FOLDED:\n",
        "        if found is not None:\n",
    ),
    Plant(
        "alert_closed_and_the_fact_dropped",
        _FUNCTIONS + "notify/sending/alerts.py",
        "                return self._gather_anew(fact, note, alert)\n",
        "                return False\n",
    ),
    Plant(
        "alert_to_its_customer",
        _FUNCTIONS + "notify/sending/occasion.py",
        "        if self.rule.audience is Audience.SHOP:\n",
        "        if self.rule.audience is Audience.SHOP and not self.row:\n",
    ),
    Plant(
        "failed_event_forgotten",
        _LAYER + "relay.py",
        "            return finish(failed[:1], local=local)\n",
        "            return finish([], local=local)\n",
    ),
    Plant(
        "failed_record_forgotten",
        _LAYER + "batch.py",
        "                return finish([change.record_id], local=local)\n"
        "            if not park(parking, change, error):\n",
        "                continue\n            if not park(parking, change, error):\n",
    ),
    Plant(
        "refusal_taken_for_poison",
        _LAYER + "dynamo.py",
        '        "ThrottlingException",\n',
        "",
    ),
)


def try_plant(plant: Plant, seeds: int = MAX_SEEDS) -> dict[str, Any]:
    """Run seeds on a copy with the fault in it; the simulator's summary."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        for name in _COPIED:
            source, target = ROOT / name, copy / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        (copy / plant.path).write_text(plant.patched(ROOT))
        summary = copy / "summary.json"
        command = [sys.executable, "-m", "tests.simulation", "--seeds", str(seeds)]
        ended = subprocess.run(
            [*command, "--json", str(summary)],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        if not summary.exists():
            raise RuntimeError(f"{plant.name}: the simulator failed:\n{ended.stderr[-2000:]}")
        document: dict[str, Any] = json.loads(summary.read_text())
        return document


def main() -> int:
    """Try the plants that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="plants to try; all by default")
    parser.add_argument("--seeds", type=int, default=MAX_SEEDS)
    arguments = parser.parse_args()
    if unknown := sorted({*arguments.names} - {plant.name for plant in PLANTS}):
        parser.error(f"no such plant: {', '.join(unknown)}")
    missed = 0
    for plant in PLANTS:
        if arguments.names and plant.name not in arguments.names:
            continue
        found = try_plant(plant, arguments.seeds)
        if found["broken_seed"] is None:
            missed += 1
            print(f"MISSED  {plant.name}: {found['seeds']} seeds kept every promise", flush=True)
        else:
            told = f"seed {found['broken_seed']}: {found['violation'][:110]}"
            print(f"caught  {plant.name} in {found['seeds']} seeds; {told}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
