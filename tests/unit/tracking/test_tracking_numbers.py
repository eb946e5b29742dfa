"""Tracking numbers: recognised, checked and read as people paste them."""

import itertools
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.template import ROOT
from tracking.numbers.formats import FORMATS, Format
from tracking.numbers.identifying import CARRIERS, identify, is_mistyped, normalise, page

# Numbers published in carriers' and standards' own examples, with the carrier that owns them.
KNOWN = [
    ("EE473124829CN", "ems"),
    ("EB123456785JP", "ems"),
    ("RB123456785GB", "royalmail"),
    ("RB123456785US", "usps"),
    ("RB123456785CV", "ems"),
    ("1Z5R89390357567127", "ups"),
    ("1Z999AA10123456784", "ups"),
    ("986578788855", "fedex"),
    ("041441760228964", "fedex"),
    ("000123450000000027", "fedex"),
    ("9611020987654312345672", "fedex"),
    ("9622001560001234567100794808390594", "fedex"),
    ("1001921334250001000300779017972697", "fedex"),
    ("03071790000523483741", "usps"),
    ("9400111201080805483016", "usps"),
    ("9361289878700317633795", "usps"),
    ("420221539101026837331000039521", "usps"),
    ("3318810025", "dhl"),
    ("73891051146", "dhl"),
    ("07209562763", "old_dominion"),
    ("008182709980000020033350276C", "dpd"),
    ("0073938000549297", "canada_post"),
    ("C11031500001879", "ontrac"),
    ("D10011354453707", "ontrac"),
    ("RR020000000JP", "ems"),  # S10's sum leaves 10, which it writes as 0
    ("RR000000005JP", "ems"),  # and 11, as 5
]


@pytest.mark.parametrize(("number", "carrier"), KNOWN)
def test_published_numbers_are_their_carriers(number: str, carrier: str) -> None:
    best = identify(number)[0]
    assert best.carrier == carrier
    assert best.checksum == "valid"


@pytest.mark.parametrize("number", ["RB123456786US", "EE473124828CN", "LX123456784CN"])
def test_a_wrong_check_digit_is_nobodys_number(number: str) -> None:
    assert identify(number) == []
    assert is_mistyped(number)


def test_an_unknown_country_is_no_postal_number() -> None:
    assert identify("RB123456785XX") == []
    assert not is_mistyped("RB123456785XX")


def test_every_service_and_country_of_s10_is_known() -> None:
    for first, second in itertools.product(string.ascii_uppercase, repeat=2):
        best = identify(f"{first}{second}123456785JP")[0]
        assert (best.carrier, best.checksum) == ("ems", "valid")
    countries = next(row for row in FORMATS if row.name == "s10_ems").pattern[-800:]
    known = [
        a + b
        for a, b in itertools.product(string.ascii_uppercase, repeat=2)
        if f"|{a}{b}" in countries
    ]
    assert len(known) > 240
    for country in known:
        for service in ("EE", "RB", "LX", "CP", "UA"):
            assert identify(f"{service}123456785{country}")[0].checksum == "valid"


@pytest.mark.parametrize(
    ("indicator", "service"),
    [
        ("EE", "ems"),
        ("EZ", "ems"),
        ("CP", "parcel"),
        ("CV", "insured_parcel"),
        ("HA", "ecommerce_parcel"),
        ("LX", "tracked_letter"),
        ("MB", "m_bag"),
        ("QA", "business_reply"),
        ("QM", "business_reply"),
        ("QN", None),
        ("RB", "registered"),
        ("UA", "untracked_letter"),
        ("VV", "insured_letter"),
        ("AV", "domestic"),
        ("AA", None),
        ("GA", "domestic"),
        ("GB", None),
        ("ZA", "domestic"),
        ("JA", None),
    ],
)
def test_a_postal_number_names_its_service(indicator: str, service: str | None) -> None:
    assert identify(f"{indicator}123456785JP")[0].service == service
    assert identify("1Z999AA10123456784")[0].service is None


@pytest.mark.parametrize(
    "pasted",
    [
        "ee473124829cn",
        " EE 473 124 829 CN\n",
        "EE-4731.24829-CN",
        "E\u200bE4731\u00a024829CN",  # zero-width space, no-break space
        "ＥＥ４７３１２４８２９ＣＮ",  # noqa: RUF001 - full width, as an input method leaves it
    ],
)
def test_numbers_are_read_as_people_paste_them(pasted: str) -> None:
    assert normalise(pasted) == "EE473124829CN"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234",
        "A" * 41,
        "EE47/3124829",
        "#1234567",
        "ää123456",
        "ßßßß1234",
        "1Z999AA\u0131012345",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert normalise(text) is None


def test_a_prefix_of_its_own_comes_before_a_checksum_and_that_before_nothing() -> None:
    # 22 digits with 96 are FedEx Ground's; 14 digits are anyone's.
    assert [c.checksum for c in identify("9611020987654312345672")] == ["valid"]
    assert [(c.carrier, c.checksum) for c in identify("12345678901234")] == [("dhl", "none")]
    specific = [i for i, c in enumerate(identify("RB123456785GB")) if c.carrier == "royalmail"]
    assert specific == [0]


def test_a_carrier_is_believed_unless_its_own_digit_is_wrong() -> None:
    assert is_mistyped("1Z999AA10123456785", "ups")
    assert not is_mistyped("1Z999AA10123456785", "fedex")  # not a number FedEx checks
    assert not is_mistyped("ABC123", "ups")


def test_each_carrier_appears_once_and_links_to_its_own_page() -> None:
    for number, _ in KNOWN:
        candidates = identify(number)
        assert len({c.carrier for c in candidates}) == len(candidates)
    assert page("ups", "1Z999AA10123456784") == (
        "https://www.ups.com/track?loc=en_US&tracknum=1Z999AA10123456784"
    )
    assert page("easypost", "1") is None


def _example(row: Format) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(row.shape.pattern, re.ASCII), fullmatch=True)


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: f"{row.name}-{row.shape.pattern[:12]}")
@settings(max_examples=30)  # of each of 53 formats; `make numbers-bench` makes a thousand of each
@given(data=st.data())
def test_of_all_check_characters_the_right_one_makes_it_a_candidate(
    row: Format, data: st.DataObject
) -> None:
    number = data.draw(_example(row)).strip()
    match = row.matches(number)
    assert match is not None
    if row.check is None:
        assert row.carrier in {c.carrier for c in identify(number)}
        return
    at = match.start("check")
    alphabet = string.digits + (string.ascii_uppercase if row.name.startswith("dpd") else "")
    right = [
        candidate
        for character in alphabet
        if (again := row.matches(candidate := number[:at] + character + number[at + 1 :]))
        and row.holds(again)
    ]
    # FedEx's sum of weights may be 10 mod 11 and then 0: still one digit for each serial.
    assert len(right) == 1
    assert row.carrier in {c.carrier for c in identify(right[0])}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    number = normalise(text)
    if number is not None:
        assert number == normalise(number)
        identify(number)


def test_the_page_on_carriers_names_every_one_that_a_parcel_may_be_with() -> None:
    page = (ROOT / "docs" / "carriers.md").read_text()
    who = page.partition("## Who is asked")[2].partition("\n## ")[0]
    assert {name for name in CARRIERS if f"`{name}`" not in who} == set()
