"""Faults of an order's life: decisions, edits, payments, returns, lists."""

from typing import Final

from tests.simulation.plants.planting import Plant

_HERE: Final = "functions/orders/"

PLANTS: Final = (
    Plant(
        "unknown_sku_held_for_ever",
        _HERE + "observing.py",
        "    if not order.asks_stock and seen.skus_known:\n",
        "    if not order.asks_stock and seen.skus_known and seen.cancelled_at:\n",
    ),
    Plant(
        "return_forgotten_by_a_later_write",
        _HERE + "items.py",
        "        restocked=dict(line.restocked) or None,\n",
        "",
    ),
    Plant(
        "undecided_order_never_driven",
        _HERE + "schedule/driving.py",
        "((crossing, crossing.key in undecided) for crossing in page)",
        "((crossing, False) for crossing in page)",
    ),
    Plant(
        "order_put_over_itself",
        _HERE + "repository.py",
        "                order_item(order, stamp, demand_changed=demand_changed),\n"
        '                condition="attribute_not_exists(pk)",\n',
        "                order_item(order, stamp, demand_changed=demand_changed),\n",
    ),
    Plant(
        "order_saved_over_a_newer_one",
        _HERE + "repository.py",
        'self.table.put(item, condition="version = :seen", values',
        'self.table.put(item, condition="version = :seen OR attribute_exists(pk)", values',
    ),
    Plant(
        "late_decision_applied",
        _HERE + "stock.py",
        "    if decision.version <= order.inventory_version:\n",
        "    if decision.version == order.inventory_version:\n",
    ),
    Plant(
        "late_shipment_news_applied",
        _HERE + "shipping.py",
        "    if known and news.version <= known.version:\n",
        "    if known and news.version == known.version:\n",
    ),
    Plant(
        "late_observation_applied",
        _HERE + "observing.py",
        "    if seen.version <= order.platform_version:\n",
        "    if seen.version == order.platform_version:\n",
    ),
    Plant(
        "edit_applied_twice",
        _HERE + "edits/confirming.py",
        "    if edit.state in {QuoteState.RESERVING, QuoteState.CONFIRMED}:\n        return None\n",
        "    if edit.state is QuoteState.RESERVING:\n        return None\n"
        "    if edit.state is QuoteState.CONFIRMED:\n"
        "        return _commit(order, prices(), edit, at).change\n",
    ),
    Plant(
        "edit_releases_before_it_reserves",
        _HERE + "edits/confirming.py",
        "    if _reserves(order, edit.quote):\n",
        "    if not edit.quote.cuts and _reserves(order, edit.quote):\n",
    ),
    Plant(
        "declined_edit_changes_lines",
        _HERE + "edits/confirming.py",
        "Change(without_edit(order, reason), (told,), tuple(declined))",
        "Change(replace(without_edit(order, reason), lines=order.lines), (told,), tuple(declined))",
    ),
    Plant(
        "old_quote_confirmed",
        _HERE + "edits/confirming.py",
        "edit.state is QuoteState.OPEN and edit.expires_at <= at:",
        "edit.state is QuoteState.OPEN and edit.expires_at <= edit.created_at:",
    ),
    Plant(
        "order_read_before_its_edit",
        _HERE + "edits/service.py",
        "            newest = self.edits.newest(shop_id, order_id)\n"
        "            order, details = self._order(shop_id, order_id)\n",
        "            order, details = self._order(shop_id, order_id)\n"
        "            newest = self.edits.newest(shop_id, order_id)\n",
    ),
    Plant(
        "payment_counted_twice",
        _HERE + "payments/service.py",
        "payment_id(order, told.kind, told.reference, idempotency_key)",
        "payment_id(order, told.kind, None, None)",
    ),
    Plant(
        "refund_above_captured",
        _HERE + "payments/facts.py",
        "lambda sums: sums.captured - sums.refunded,",
        "lambda sums: sums.captured - sums.refunded + MAX_AMOUNT,",
    ),
    Plant(
        "goodwill_collected_again",
        _HERE + "payments/facts.py",
        "removed=counted.removed + goodwill)",
        "removed=counted.removed + min(goodwill, 0))",
    ),
    Plant(
        "paid_order_expires",
        _HERE + "lifecycle.py",
        "order.status is not OrderStatus.PENDING or is_secured(order):",
        "order.status is not OrderStatus.PENDING:",
    ),
    Plant(
        "unpaid_order_never_expires",
        _HERE + "schedule/expiry.py",
        "                expired += self._expire(overdue)\n",
        "                expired += bool(overdue)\n",
    ),
    Plant(
        "units_cancelled_at_the_price_of_the_first",
        _HERE + "cancelling.py",
        "return before - worth(sold[line_id], charged - number, prices_include_tax=taxed)",
        "return min(before, worth(sold[line_id], number, prices_include_tax=taxed))",
    ),
    Plant(
        "return_received_twice",
        _HERE + "returns/deciding.py",
        "        if units[arrival.line_id] > line.due:\n",
        "        if units[arrival.line_id] > line.quantity:\n",
    ),
    Plant(
        "return_restocked_twice",
        _HERE + "returns/deciding.py",
        "        restocked=_shelved(line.restocked, here),\n    )\n",
        "        restocked=_shelved(_shelved(line.restocked, here), here),\n    )\n",
    ),
    Plant(
        "return_refunded_twice",
        _HERE + "returns/refunding.py",
        "    lines = tuple(replace(line, refunded=line.received) for line in one.lines)\n",
        "    lines = tuple(replace(line, refunded=0) for line in one.lines)\n",
    ),
    Plant(
        "hold_put_on_again",
        _HERE + "holds/service.py",
        'name_hold(order_id, idempotency_key or random_id("hold"), 0)',
        'name_hold(order_id, random_id("hold"), 0)',
    ),
    Plant(
        "amendment_over_a_newer_one",
        _HERE + "repository.py",
        'write = put_write(item, condition="version = :seen", values',
        'write = put_write(item, condition="version = :seen OR attribute_exists(pk)", values',
    ),
    Plant(
        "list_loses_who_stands_between_pages",
        _HERE + "lists/service.py",
        "return page, place if index < len(taken) or rows.goes_on else None",
        "return page, taken[-1] if index < len(taken) or rows.goes_on else None",
    ),
    Plant(
        "draft_keeps_its_place",
        _HERE + "lifecycle.py",
        "replace(move(order, OrderStatus.PENDING), placed_at=at)",
        "move(order, OrderStatus.PENDING)",
    ),
    Plant(
        "note_of_an_amendment_dropped",
        _HERE + "amending/amend.py",
        '    if "note" in named:\n',
        '    if "note" in named and wish.note is None:\n',
    ),
    Plant(
        "hold_of_a_mended_address_stays",
        _HERE + "amending/amend.py",
        "if hold.kind is not _WRONG_ADDRESS)",
        "if hold)",
    ),
    Plant(
        "second_arrival_of_a_return_does_nothing",
        _HERE + "returns/states.py",
        "            return one.state is _RECEIVED\n",
        "            return any(line.received for line in one.lines)\n",
    ),
    Plant(
        "second_refund_of_a_return_does_nothing",
        _HERE + "returns/states.py",
        "            return nothing_left and any(line.refunded for line in one.lines)\n",
        "            return any(line.refunded for line in one.lines)\n",
    ),
    Plant(
        "answer_of_another_amendment",
        _HERE + "requests.py",
        "            return order, seen.prices()\n",
        "            return order, self.writer.prices(order)()\n",
    ),
    Plant(
        "download_never_handed_over",
        _HERE + "lifecycle.py",
        "line.wanted if completed and not line.requires_shipping else line.fulfilled,",
        "line.fulfilled,",
    ),
    Plant(
        "number_of_another_channel_is_the_same_order",
        _HERE + "placing.py",
        'return derived_id("ord", shop_id, channel, external_id)',
        'return derived_id("ord", shop_id, external_id)',
    ),
    Plant(
        "voided_money_secures",
        _HERE + "lifecycle.py",
        "max(money.authorized - money.voided, paid)",
        "max(money.authorized, paid)",
    ),
    Plant(
        "timeline_without_payments",
        _HERE + "timeline/service.py",
        "self.beside.payments(shop_id, order_id) if order.payment_facts else []",
        "[]",
    ),
    Plant(
        "timeline_turns_payments_round",
        _HERE + "timeline/assembling.py",
        'money = {"amount": payment.amount, "currency": currency}',
        'money = {"amount": -payment.amount, "currency": currency}',
    ),
    Plant(
        "late_money_refused",
        _HERE + "payments/facts.py",
        "    if order.payment_facts >= MAX_FACTS:\n",
        "    if order.payment_facts >= MAX_FACTS or order.status in _GONE:\n",
    ),
    Plant(
        "platform_not_heard_once_confirmed",
        _HERE + "observing.py",
        "    if seen.version <= order.platform_version:\n",
        "    if seen.version <= order.platform_version or order.confirmed_at:\n",
    ),
    Plant(
        "platform_forgets_what_was_refunded_here",
        _HERE + "observing.py",
        "merged(seen.payments, order.payments) if order.payment_facts else seen.payments",
        "seen.payments",
    ),
    Plant(
        "decision_never_told_again",
        _HERE + "schedule/driving.py",
        "        told = made is not None and ",
        "        told = made is None and ",
    ),
    Plant(
        "edit_never_asked_for_again",
        _HERE + "schedule/asking.py",
        "    if is_editing(order):\n",
        "    if is_editing(order) and order.inventory_version < 0:\n",
    ),
    Plant(
        "time_to_pay_dropped",
        _HERE + "rules.py",
        'shop.get("payment_minutes"),',
        "None,",
    ),
    Plant(
        "shortage_always_holds",
        _HERE + "rules.py",
        'ShortageRule(shop.get("on_shortage") or ShortageRule.HOLD),',
        "ShortageRule.HOLD,",
    ),
    Plant(
        "key_of_a_cancellation_ignored",
        _HERE + "service.py",
        'key_use("cancel", order_id, idempotency_key, request)',
        'key_use("cancel", order_id, None, request)',
    ),
    Plant(
        "payments_of_a_second_ago",
        _HERE + "repository.py",
        '":payments": first["sk"]},\n            consistent=True,',
        '":payments": first["sk"]},\n            consistent=False,',
    ),
    Plant(
        "returns_under_way_of_a_second_ago",
        _HERE + "returns/repository.py",
        "self.table.batch_get(wanted)]",
        "self.table.batch_get(wanted, consistent=False)]",
    ),
    Plant(
        "timeline_of_a_second_ago",
        _HERE + "timeline/repository.py",
        'keys.order_entry(shop_id, order_id, "")["sk"]},\n            consistent=True,',
        'keys.order_entry(shop_id, order_id, "")["sk"]},\n            consistent=False,',
    ),
)
