"""What an SMS says to who asks for help; of no shop, because a number is known to all."""

from typing import Final

from notify.words import sms
from notify.words.content import Sms

_GERMAN_SPEAKING: Final = ("+49", "+43", "+41", "+423")
TEXTS: Final = {
    "en": "{name}: we text you about parcels on their way to you. "
    "STOP ends this, START begins it again. Questions? Please ask the shop.",
    "de": "{name}: Wir schreiben Ihnen zu Paketen, die unterwegs sind. "
    "STOP beendet das, START beginnt es wieder. Fragen? Bitte an den Shop.",
}


def help_text(name: str, number: str, locale: str | None) -> Sms:
    """Return the answer in one part: in the language of the contact, else of the number's country.

    ``number`` is in E.164.
    """
    language = (locale or "").partition("-")[0]
    if language not in TEXTS:
        language = "de" if number.startswith(_GERMAN_SPEAKING) else "en"
    text = TEXTS[language]
    return Sms(sms.fit(lambda name, _: text.format(name=name), name, ""))
