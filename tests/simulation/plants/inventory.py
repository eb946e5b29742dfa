"""Faults of who gets which stock, and of the ledger of stock."""

from typing import Final

from tests.simulation.plants.planting import Plant

_HERE: Final = "functions/inventory/"

PLANTS: Final = (
    Plant(
        "stock_condition_dropped",
        _HERE + "allocation/repository.py",
        'frozenset({":taken_at_most"}): "available >= :taken_at_most",',
        'frozenset({":taken_at_most"}): "available > :taken_at_most OR attribute_exists(pk)",',
    ),
    Plant(
        "allocation_gate_dropped",
        _HERE + "allocation/repository.py",
        'condition="version = :seen" if seen',
        'condition="version = :seen OR attribute_exists(pk)" if seen',
    ),
    Plant(
        "backorder_limit_dropped",
        _HERE + "allocation/repository.py",
        'frozenset({":room"}): "backordered <= :room",',
        'frozenset({":room"}): "backordered <= :room OR attribute_exists(pk)",',
    ),
    Plant(
        "queue_jumped",
        _HERE + "allocation/book.py",
        "self.on_shelves(shop_id, sku) - self.owed(shop_id, sku)",
        "self.on_shelves(shop_id, sku)",
    ),
    Plant(
        "arrival_forgotten",
        _HERE + "on_order_change.py",
        "    _fill(outcome)\n",
        "",
    ),
    Plant(
        "arrival_given_to_whom_the_index_knows",
        _HERE + "allocation/filler.py",
        "        raise StillOwedError\n",
        "        return\n",
    ),
    Plant(
        "unknown_sku_decided_with_a_part",
        _HERE + "allocation/planner.py",
        "        if not self._demand.asks_stock:\n            return Decision.PENDING\n",
        "",
    ),
    Plant(
        "parts_kept_when_short",
        _HERE + "allocation/planner.py",
        "        if not self._was_decided():\n            for sku in self._wanted:\n",
        "        if self._seen is None:\n            for sku in self._wanted:\n",
    ),
    Plant(
        "part_of_an_order_decided",
        _HERE + "allocation/groups.py",
        "        return self.plan.decided and self.last\n",
        "        return self.plan.decided\n",
    ),
    Plant(
        "late_image_applied",
        _HERE + "allocation/planner.py",
        "return self._seen is None or self._seen.order_version < self._demand.order_version",
        "return self._seen is None or self._seen.order_version != self._demand.order_version",
    ),
    Plant(
        "released_twice",
        _HERE + "allocation/groups.py",
        "        self.taken += change.taken\n",
        "        self.taken += change.taken * (2 if change.taken < 0 else 1)\n",
    ),
    Plant(
        "cancelled_order_keeps_its_stock",
        _HERE + "allocation/images.py",
        "    if order.status is OrderStatus.DRAFT:\n",
        "    if order.status in (OrderStatus.DRAFT, OrderStatus.CANCELLED):\n",
    ),
    Plant(
        "movement_repeated",
        _HERE + "movements/repository.py",
        '        }\n        | written_by,\n        condition="attribute_not_exists(pk)",\n',
        "        }\n        | written_by,\n",
    ),
    Plant(
        "edits_delta_released_twice",
        _HERE + "allocation/planner.py",
        "rows.release(sku, rows.held(sku) - (self._wanted[sku] - self._shipped[sku]))",
        "rows.release(sku, 2 * (rows.held(sku) - (self._wanted[sku] - self._shipped[sku])))",
    ),
    Plant(
        "fill_ignores_placement",
        _HERE + "allocation/planner.py",
        "    for demand in sorted(demands, key=placing):\n",
        "    for demand in sorted(demands, key=lambda it: (bool(fill), it.order_id)):\n",
    ),
    Plant(
        "closed_location_serves",
        _HERE + "allocation/book.py",
        "            if not location.closed:\n",
        "            if location.version:\n",
    ),
    Plant(
        "returned_units_counted_twice",
        _HERE + "allocation/rows.py",
        "returned=max(row.returned, units)",
        "returned=row.returned + units",
    ),
    Plant(
        "promised_units_transferred",
        _HERE + "movements/repository.py",
        'Bound.AVAILABLE_AT_LEAST: "available >= :limit"',
        'Bound.AVAILABLE_AT_LEAST: "on_hand >= :limit"',
    ),
    Plant(
        "transfer_arrives_twice",
        _HERE + "movements/repository.py",
        'condition="version = :seen" if seen',
        'condition="version = :seen OR attribute_exists(pk)" if seen',
    ),
    Plant(
        "shortfall_told_again",
        _HERE + "events.py",
        "    if missing and not _shortfall(old):\n",
        "    if missing:\n",
    ),
    Plant(
        "changed_level_not_to_be_checked",
        _HERE + "allocation/repository.py",
        '" unchecked_pk = :unchecked, version = version + :one, updated_at = :now,"',
        '" noted_pk = :unchecked, version = version + :one, updated_at = :now,"',
    ),
    Plant(
        "check_forgets_the_version",
        _HERE + "checks/repository.py",
        '"REMOVE stale_days",\n                condition="version = :seen",\n',
        '"REMOVE stale_days",\n'
        '                condition="version = :seen OR attribute_exists(pk)",\n',
    ),
    Plant(
        "backorder_limit_never_changes",
        _HERE + "catalog/service.py",
        "backorder_limit=settings.backorder_limit,",
        "backorder_limit=before.backorder_limit if before else settings.backorder_limit,",
    ),
    Plant(
        "key_of_a_movement_takes_another_body",
        _HERE + "movements/service.py",
        "    if fingerprint != request.fingerprint:\n",
        "    if not fingerprint:\n",
    ),
    Plant(
        "unreadable_record_blocks_its_shard",
        "functions/inventory/on_order_change.py",
        "            if not park(parking, change, error):\n"
        "                failed.add(change.record_id)\n"
        "            continue\n",
        "            failed.add(change.record_id)\n            continue\n",
    ),
    Plant(
        "unreadable_record_dropped",
        "functions/inventory/on_order_change.py",
        "            if not park(parking, change, error):\n"
        "                failed.add(change.record_id)\n"
        "            continue\n",
        "            continue\n",
    ),
    Plant(
        "set_aside_for_ever",
        "functions/inventory/allocation/redriving.py",
        "            return self.parked.remove(order)\n",
        "            return bool(order)\n",
    ),
    Plant(
        "forgotten_before_it_is_mended",
        "functions/inventory/allocation/redriving.py",
        "            self.failed.add(key)\n",
        "",
    ),
    Plant(
        "differences_not_looked_at",
        _HERE + "checks/checking.py",
        "            found = reading.difference\n",
        "            found = dict[str, int]()\n",
    ),
    Plant(
        "what_drifts_is_checked_no_more",
        _HERE + "checks/checking.py",
        "        if state.stale_days or (state.unchecked and not found):\n"
        "            self.books.pass_level(state, proven=not found)\n",
        "        if state.stale_days or state.unchecked:\n"
        "            self.books.pass_level(state, proven=True)\n",
    ),
    Plant(
        "drift_not_told",
        _HERE + "events.py",
        '    if change.old is None or change.old["drift"] != new["drift"]:\n',
        '    if change.old is not None and change.old["drift"] != new["drift"]:\n',
    ),
    Plant(
        "forgotten_and_not_applied",
        "functions/inventory/allocation/redriving.py",
        "        outcome = self.allocator.apply(readable.demands.values())\n",
        "        outcome = self.allocator.apply(())\n",
    ),
    Plant(
        "home_chosen_by_locations_of_a_second_ago",
        _HERE + "allocation/opening.py",
        '{":pk": partition}, consistent=True)',
        '{":pk": partition})',
    ),
)
