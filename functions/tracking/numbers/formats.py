"""The table of tracking-number formats: whose they are, their shape, and how they are checked.

Shapes are written for numbers without spaces, in upper case. ``serial`` and ``check`` name what
the check digit covers and the digit itself. ``specific`` marks shapes that nobody else's number
has by chance. Facts from jkeen/tracking_number_data (MIT, see NOTICE) and UPU standard S10.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from tracking.numbers.checksums import luhn, mod7, mod10, mod37_36, s10, weighted

Check = Callable[[str, str], bool]

_GS1: Final[Check] = partial(mod10, evens=3, odds=1)
_ONE_TWO: Final[Check] = partial(mod10, evens=1, odds=2)
_ONE_THREE: Final[Check] = partial(mod10, evens=1, odds=3)

# ISO 3166-1 alpha-2, the country at the end of an S10 number.
_COUNTRIES: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""


@dataclass(frozen=True)
class Format:
    """One row of the table."""

    carrier: str
    name: str
    pattern: str
    check: Check | None = None
    prepended: str = ""
    """Digits the check covers though the number may leave them out."""
    specific: bool = False
    url: str = ""
    """The carrier's own page of a number, which stands for ``{}``."""

    @cached_property
    def shape(self) -> re.Pattern[str]:
        """The compiled pattern: made when first asked, as compiling all of them takes 15 ms."""
        return re.compile(self.pattern)

    def matches(self, number: str) -> re.Match[str] | None:
        """The number's parts where it has this shape; the check digit is not looked at."""
        return self.shape.fullmatch(number)

    def holds(self, match: re.Match[str]) -> bool:
        """Whether the check digit is right; True where the format has none."""
        if self.check is None:
            return True
        serial = match["serial"]
        if self.prepended and not serial.startswith(self.prepended):
            serial = self.prepended + serial
        return self.check(serial, match["check"])


_EMS = "https://items.ems.post/api/publicTracking/track?language=EN&itemId={}"
_USPS = "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"
_ROYALMAIL = "https://www.royalmail.com/track-your-item#/tracking-results/{}"
_UPS = "https://www.ups.com/track?loc=en_US&tracknum={}"
_FEDEX = "https://www.fedex.com/fedextrack/?trknbr={}"
_DHL = "https://www.dhl.com/en/express/tracking.html?AWB={}&brand=DHL"
_DPD = "https://www.dpdgroup.com/nl/mydpd/my-parcels/track?lang=en&parcelNumber={}"
_ODFL = "https://www.odfl.com/us/en/tools/trace-track-ltl-freight/trace.html?proNumbers={}"
_PUROLATOR = "https://www.purolator.com/en/shipping/tracker?searchValue={}"
_ONTRAC = "https://www.ontrac.com/tracking/?number={}"
_CANADA = "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}"
_CANPAR = "https://www.canpar.com/en/track/tracking.jsp?reference={}&locale=en"


def _s10(carrier: str, name: str, service: str, country: str, url: str) -> Format:
    shape = rf"{service}(?P<serial>\d{{8}})(?P<check>\d)(?:{country})"
    return Format(carrier, name, shape, s10, specific=True, url=url)


def _usps(name: str, body: str, prepended: str = "", *, specific: bool = True) -> Iterator[Format]:
    """A USPS format as it is, and behind the routing code 420 and a ZIP of 5 or 9 digits."""
    for routing in ("", r"420\d{5}", r"420\d{9}"):
        yield Format(
            "usps",
            name,
            routing + body,
            _GS1,
            prepended=prepended,
            specific=specific or bool(routing),
            url=_USPS,
        )


def _plain(carrier: str, name: str, shape: str, url: str = "", *, specific: bool = True) -> Format:
    return Format(carrier, name, shape, specific=specific, url=url)


def _checked(
    carrier: str,
    name: str,
    shape: str,
    check: Check,
    url: str = "",
    *,
    specific: bool = False,
    prepended: str = "",
) -> Format:
    return Format(carrier, name, shape, check, prepended, specific, url)


_ANY_COUNTRY: Final = "|".join(_COUNTRIES.split())
_FEDEX_12: Final[Check] = partial(weighted, weights=(3, 1, 7))
_FEDEX_34: Final[Check] = partial(weighted, weights=(1, 7, 3))

FORMATS: Final[tuple[Format, ...]] = (
    # Postal items: E is EMS in every country; others are the post's that issued the number, and
    # the UPU's service knows them all.
    _s10("ems", "s10_ems", "E[A-Z]", _ANY_COUNTRY, _EMS),
    _s10("usps", "s10", "[A-Z]{2}", "US", _USPS),
    _s10("royalmail", "s10", "[A-Z]{2}", "GB", _ROYALMAIL),
    _s10("ems", "s10", "[A-DF-Z][A-Z]", _ANY_COUNTRY, _EMS),
    _checked(
        "ups", "ups_1z", r"1Z(?P<serial>[A-Z0-9]{15})(?P<check>\d)", _ONE_TWO, _UPS, specific=True
    ),
    _checked(
        "fedex",
        "fedex_ground_96",
        r"96\d{5}(?P<serial>\d{14})(?P<check>\d)",
        _ONE_THREE,
        _FEDEX,
        specific=True,
    ),
    _checked(
        "fedex",
        "fedex_ground_gsn",
        r"96\d{18}(?P<serial>\d{13})(?P<check>\d)",
        _FEDEX_34,
        _FEDEX,
        specific=True,
    ),
    # USPS's Intelligent Mail package barcode: mailer ids of 9 digits begin with 9, others have 6.
    *_usps(
        "usps_impb_94",
        r"(?P<serial>94\d{3}(?:9\d{8}(?:\d{15}|\d{11}|\d{7})|[0-8]\d{5}(?:\d{14}|\d{10})))"
        r"(?P<check>\d)",
    ),
    *_usps(
        "usps_impb",
        r"(?P<serial>(?:92(?=\d{3}9)|93(?=\d{3}[0-8])|95)\d{3}"
        r"(?:9\d{8}(?:\d{11}|\d{7})|[0-8]\d{5}(?:\d{14}|\d{10})))(?P<check>\d)",
    ),
    *_usps("usps_91", r"(?P<serial>91\d{19})(?P<check>\d)"),
    _plain("dhl", "dhl_piece", r"J[A-Z]{2,3}\d{9,10}", _DHL),
    _plain("yodel", "yodel", r"JJ?D\d{16}", "https://www.yodel.co.uk/tracking/{}"),
    _plain("amazon", "amazon_logistics", r"TB[ACM]\d{12}"),
    _plain(
        "gofo", "gofo_us", r"GFUS\d{14}", "https://www.gofoexpress.com/tracking.html?searchID={}"
    ),
    _plain(
        "landmark", "landmark_ltn", r"LTN\d{8}N1", "https://track.landmarkglobal.com/?search={}"
    ),
    _plain("lasership", "lasership_1ls7_15", r"1LS7[12]\d{10}"),
    _plain("lasership", "lasership_1ls7_18", r"1LS7[12]\d{2}01[1-4]\d{6}1"),
    _plain("lasership", "lasership_1lscx", r"1LSCX[0-9A-Z]{10}"),
    _plain("lasership", "lasership_lx", r"L[AIEHNX][1-3]\d{7}"),
    _plain("speedee", "speedee", r"SP\d{18}", "https://www.speedeedelivery.com/track/?tracking={}"),
    _plain(
        "yunexpress", "yunexpress", r"YT\d{16}", "https://www.yuntrack.com/parcelTracking?id={}"
    ),
    _plain("purolator", "purolator_pin", r"[A-Z]{3}\d{9}", _PUROLATOR),
    _plain("canpar", "canpar", r"[CDKLSUXZ]\d{21}", _CANPAR),
    # What looks like S10 is S10: a wrong check digit there is not DHL eCommerce's number.
    _plain(
        "dhl",
        "dhl_ecommerce",
        r"(?![A-Z]{2}\d{9}[A-Z]{2}$)(?:GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)(?=[A-Z]*\d)[0-9A-Z]{10,38}",
        _DHL,
        specific=False,
    ),
    _checked("ups", "ups_waybill", r"[AHJKTV](?P<serial>\d{9})(?P<check>\d)", _ONE_TWO, _UPS),
    _checked(
        "ontrac", "ontrac_c", r"C(?P<serial>\d{13})(?P<check>\d)", _ONE_TWO, _ONTRAC, prepended="4"
    ),
    _checked(
        "ontrac", "ontrac_d", r"D(?P<serial>\d{13})(?P<check>\d)", _ONE_TWO, _ONTRAC, prepended="5"
    ),
    _checked("fedex", "fedex_express", r"(?P<serial>\d{11})(?P<check>\d)", _FEDEX_12, _FEDEX),
    _checked("fedex", "fedex_ground", r"(?P<serial>\d{14})(?P<check>\d)", _ONE_THREE, _FEDEX),
    _checked("fedex", "fedex_sscc_18", r"\d{2}(?P<serial>\d{15})(?P<check>\d)", _GS1, _FEDEX),
    _checked(
        "fedex",
        "fedex_express_34",
        r"[0-8]\d{19}(?P<serial>\d{13})(?P<check>\d)",
        _FEDEX_34,
        _FEDEX,
    ),
    _checked(
        "fedex",
        "fedex_astra_32",
        r"3\d{15}(?P<serial>\d{11})(?P<check>\d)\d{4}",
        _FEDEX_12,
    ),
    *_usps("usps_20", r"(?P<serial>\d{19})(?P<check>\d)", specific=False),
    *_usps("usps_91_short", r"(?P<serial>\d{19})(?P<check>\d)", "91", specific=False),
    _checked("dhl", "dhl_express", r"(?P<serial>\d{9,10})(?P<check>\d)", mod7, _DHL),
    _checked(
        "old_dominion", "odfl_pro", r"(?P<serial>(?:77[78]|072|780)\d{7})(?P<check>\d)", luhn, _ODFL
    ),
    _checked("old_dominion", "odfl_guaranteed", r"(?P<serial>80\d{8})(?P<check>\d)", luhn, _ODFL),
    _checked("canada_post", "canada_post", r"(?P<serial>\d{15})(?P<check>\d)", _GS1, _CANADA),
    _checked(
        "purolator", "purolator_12", r"(?P<serial>[0-5]\d{10})(?P<check>\d)", luhn, _PUROLATOR
    ),
    _checked("dpd", "dpd_28", r"(?P<serial>\d{27})(?P<check>[0-9A-Z])", mod37_36, _DPD),
    _checked("dpd", "dpd_15", r"(?P<serial>\d{14})(?P<check>[0-9A-Z])", mod37_36, _DPD),
    _plain("dhl", "dhl_ecommerce_14", r"\d{14}", _DHL, specific=False),
    _plain("amazon", "amazon_international", r"[AFC]\d{10}", specific=False),
)
"""Every format, the likelier owner of a shared shape first."""

URLS: Final[dict[str, str]] = {row.carrier: row.url for row in reversed(FORMATS) if row.url}
"""Each carrier's page of a number."""
