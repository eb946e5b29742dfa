"""What the API accepts of a shop."""

import pytest
from pydantic import ValidationError

from shops.models import NewShop


@pytest.mark.parametrize("name", ["a\r\nBcc: evil@x.example", "\x00", "   ", ""])
def test_a_shops_name_is_one_line_that_says_something(name):
    with pytest.raises(ValidationError, match="name"):
        NewShop.model_validate({"name": name, "currency": "EUR"})
