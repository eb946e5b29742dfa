"""Languages as people choose them: BCP 47 tags of a language, and a script and a region if named.

Source: RFC 5646; ISO 639-1, and of ISO 639-3 and ISO 15924 what CLDR has words for; ISO 3166-1 as
the dependency tzdata ships it.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from pydantic import AfterValidator, Field

_TAG: Final = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|419|001|150))?")

_ISO_639_1: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy "
    "hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
    "te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_ISO_639_3: Final = (
    "agq asa ast bas bem bez bho blo brx ccp ceb cgg chr ckb csb dav dje doi dsb dua dyo ebu ewo "
    "fil fur gsw guz haw hnj hsb jgo jmc kab kam kde kea kgp khq kkj kln kok ksb ksf ksh lag lij "
    "lkt lld lmo lrc ltg luo luy mai mas mer mfe mgh mgo mni mua mzn naq nds nmg nnh nqo nso nus "
    "nyn pcm prg quc rof rwk sah saq sat sbp scn seh ses shi smn sms syr szl teo tok trv twq tzm "
    "vai vec vmw vun wae xnr xog yav yrl yue zgh"
)
_ISO_15924: Final = (
    "adlm arab armn beng cans cher cyrl deva ethi geor grek gujr guru hang hans hant hebr jpan "
    "khmr knda kore laoo latn mlym mong mtei mymr nkoo olck orya rohg sinh sund syrc taml telu "
    "tfng thaa thai tibt vaii yiii"
)
_LANGUAGES: Final = frozenset(_ISO_639_1.split()) | frozenset(_ISO_639_3.split())
_SCRIPTS: Final = frozenset(_ISO_15924.split())
_GROUPS: Final = frozenset({"001", "150", "419"})
"""UN M.49: the world, Europe, Latin America."""


@cache
def _regions() -> frozenset[str]:
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2].lower() for line in table.splitlines() if line[:1] != "#") | _GROUPS


def known_locale(text: str) -> str | None:
    """Return a tag as it is written, such as ``de-AT`` or ``zh-Hant-TW``; None: there is none."""
    found = _TAG.fullmatch(text.lower())
    if found is None:
        return None
    language, script, region = found.groups(default="")
    if language not in _LANGUAGES or script not in _SCRIPTS | {""}:
        return None
    if region not in _regions() | {""}:
        return None
    return "-".join(filter(None, (language, script.title(), region.upper())))


def _locale(text: str) -> str:
    if (locale := known_locale(text)) is None:
        raise ValueError("not a language (BCP 47), such as en, de-AT or zh-Hant-TW")
    return locale


Locale = Annotated[str, AfterValidator(_locale), Field(examples=["de-AT"])]
"""A language as an API takes it; kept as it is written, however it came."""
