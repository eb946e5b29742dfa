"""waybill.preconditions: what a change rests on."""

import pytest

from waybill.preconditions import read_precondition
from waybill.problems import MalformedRequest, PreconditionFailed

MATCH, NONE_MATCH = "if-match", "if-none-match"


@pytest.mark.parametrize(
    ("headers", "fits"),
    [
        ({}, [0, 1, 7]),
        ({MATCH: '"7"'}, [7]),
        ({MATCH: '"0"'}, []),
        ({MATCH: "*"}, [1, 7]),
        ({NONE_MATCH: "*"}, [0]),
        ({MATCH: "*", NONE_MATCH: "*"}, []),
    ],
)
def test_what_there_has_to_be(headers, fits):
    expected = read_precondition(headers)
    for current in (0, 1, 7):
        if current in fits:
            expected.check(current)
            continue
        with pytest.raises(PreconditionFailed) as caught:
            expected.check(current)
        assert caught.value.headers == ({"ETag": f'"{current}"'} if current else {})


@pytest.mark.parametrize(
    "headers", [{NONE_MATCH: '"7"'}, {NONE_MATCH: ""}, {MATCH: ""}, {MATCH: 'W/"7"'}, {MATCH: "7"}]
)
def test_what_cannot_be_read_is_refused(headers):
    with pytest.raises(MalformedRequest):
        read_precondition(headers)
