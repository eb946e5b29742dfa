"""The whole business as one state machine: the calls of all rooms, time, and carriers."""

from tests.stateful.change_rules import ChangeRules
from tests.stateful.looking_rules import LookingRules
from tests.stateful.parcel_rules import ParcelRules
from tests.stateful.people_rules import PeopleRules
from tests.stateful.shop_rules import ShopRules
from tests.stateful.stock_rules import StockRules
from tests.stateful.straying_rules import StrayingRules


class Machine(
    StockRules,
    ChangeRules,
    ParcelRules,
    PeopleRules,
    ShopRules,
    LookingRules,
    StrayingRules,
):
    """All rules."""
