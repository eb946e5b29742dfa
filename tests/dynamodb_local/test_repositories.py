"""The repositories' own expressions and items are taken by Amazon's engine, and mean the same.

The integration tests of what reads and writes tables run once more, every DynamoDB call of theirs
answered by both engines; and no expression that stands in the code is left out.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.dynamodb_local.mirror import ADDRESS, SEEN
from tests.dynamodb_local.pairs import TABLE, Local, Pair, expressions, key
from tests.support.template import ROOT

TESTS: Final = [
    *(
        f"inventory/test_inventory_api.py::{name}"
        for name in (
            "test_stock_is_received_adjusted_and_counted",
            "test_a_level_opened_while_settings_change_gets_the_new_settings",
            "test_items_are_listed_newest_first_page_by_page",
        )
    ),
    *(
        f"inventory/test_inventory_order_change.py::{name}"
        for name in (
            "test_a_backorder_before_the_first_delivery_is_owed_at_the_first_location",
            "test_a_cancelled_order_gives_back_what_it_held",
        )
    ),
    (
        "inventory/test_inventory_transfers.py::"
        "test_units_in_transit_are_received_in_parts_and_the_rest_is_written_off"
    ),
    *(
        f"inventory/test_inventory_closing.py::{name}"
        for name in (
            "test_an_empty_location_is_closed_and_opened_again",
            "test_what_came_back_while_it_was_closed_is_told_once_it_serves_again",
        )
    ),
    *(
        f"inventory/test_inventory_looks.py::{name}"
        for name in (
            "test_a_locations_levels_are_listed_by_sku_page_by_page",
            "test_the_whole_ledger_is_listed_newest_first",
            "test_an_order_with_lines_at_two_locations_has_both_on_the_list",
        )
    ),
    *(
        f"inventory/test_inventory_check.py::{name}"
        for name in (
            "test_old_rows_are_added_up_and_a_late_return_asks_for_its_day",
            "test_what_was_parked_is_applied_once_the_code_is_mended",
        )
    ),
    (
        "inventory/test_inventory_stock_increased.py::"
        "test_who_waits_gets_what_arrived_in_order_of_placement"
    ),
    "notify/test_notify_folding.py",
    "notify/test_notify_ledger.py",
    (
        "notify/test_notify_handlers.py::"
        "test_a_sender_nobody_verified_fails_visibly_and_is_tried_again"
    ),
    *(
        f"notify/test_notify_contacts.py::{name}"
        for name in (
            "test_a_contact_is_read_as_it_was_written",
            "test_a_write_rests_on_the_version_before_its_own",
        )
    ),
    *(
        f"notify/test_notify_feedback_handlers.py::{name}"
        for name in (
            "test_a_bounce_shows_on_the_row_and_suppresses_until_it_is_lifted",
            "test_three_bounces_that_may_pass_are_stored_as_they_come",
            "test_only_its_own_attributes_of_a_contact_are_written",
        )
    ),
    "notify/test_notify_templates_api.py::test_a_write_whose_answer_was_lost_is_its_own",
    "orders/test_orders_repository.py",
    "orders/test_orders_returns.py::test_a_returns_list_is_paged_newest_first",
    "orders/test_orders_schedule_repository.py",
    *(
        f"orders/test_orders_timeline.py::{name}"
        for name in (
            "test_everything_that_happened_is_told_newest_first",
            "test_a_payment_told_of_later_is_on_it",
        )
    ),
    *(
        f"shops/{name}"
        for name in (
            "test_shops_api.py::test_a_shop_is_amended_in_what_is_named",
            "test_shops_api.py::test_shops_are_listed_newest_first_page_by_page",
            "test_shops_keys.py::test_a_revoked_key_opens_nothing_once_the_cache_is_old",
            "test_shops_platforms.py::test_a_signed_order_is_seen_by_other_rooms",
        )
    ),
    *(
        f"tracking/test_following.py::{name}"
        for name in (
            "test_a_pause_and_an_open_breaker_last_until_their_end_or_the_operators_word",
            "test_from_the_first_question_to_the_last_daily_check",
            "test_a_rhythm_that_another_process_wrote_first_is_not_written_over",
        )
    ),
    *(
        f"tracking/test_tokens.py::{name}"
        for name in (
            "test_one_token_serves_all_processes_until_shortly_before_its_end",
            "test_a_carrier_that_issues_none_leaves_the_lease_free",
            "test_a_refused_token_is_dropped_once_and_a_newer_one_is_not",
        )
    ),
    "tracking/test_tracking_api.py::test_the_public_page_is_html_or_json_and_nothing_personal",
]
"""Enough to send every expression that the code has, but those of LEVELS."""
LEVELS: Final = "available >= :taken_at_most AND backordered <= :room"

_EXPRESSION: Final = re.compile(
    r"^\s*(SET|REMOVE|ADD) [a-z#]|attribute_(not_)?exists\(|begins_with\(|[a-z_]+ (=|<>|<=?|>=?) :"
)


def _texts(path: Path) -> Iterator[str]:
    """Texts of a module that are expressions, or parts of some."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if _EXPRESSION.search(node.value) and "\n" not in node.value:
            yield node.value


@pytest.fixture(scope="module")
def seen(local: Local, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every expression that the integration tests sent."""
    told = tmp_path_factory.mktemp("mirror") / "seen.json"
    paths = [f"tests/integration/{name}" for name in TESTS]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.dynamodb_local.mirror"),
            *("-p", "no:cacheprovider", *paths),
        ],
        cwd=ROOT,
        env=os.environ | {ADDRESS: local.address, SEEN: str(told)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    local.clear(everything=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(told.read_text())


def test_every_expression_in_the_code_was_compared(seen: list[str]) -> None:
    modules = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers/shared").rglob("*.py")]
    texts = [text for module in sorted(modules) for text in _texts(module)]
    assert len(texts) > 40
    found = [*seen, LEVELS]
    assert [text for text in texts if not any(text in whole for whole in found)] == []


@pytest.mark.parametrize("available", [1, 2, 3])
@pytest.mark.parametrize("backordered", [0, 1, 2])
def test_a_level_that_may_neither_run_out_nor_owe_too_much(
    pair: Pair, available: int, backordered: int
) -> None:
    pair.put({"pk": "a", "sk": "1", "available": available, "backordered": backordered})
    update = expressions(
        {":taken_at_most": 2, ":room": 1},
        UpdateExpression="SET available = available - :taken_at_most",
        ConditionExpression=LEVELS,
    )
    found = pair.same("UpdateItem", {"TableName": TABLE, "Key": key(), **update})
    assert (found == {}) == (available >= 2 and backordered <= 1)
