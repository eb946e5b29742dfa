"""How many numbers have their own carrier among their candidates; how many wrong ones are refused.

Numbers are generated for every row of the table of formats, by its shape and a seeded chance. Of a
checked one, each number is tried with every check character: one is right, and makes the carrier a
candidate; any other is refused, unless it is right by another row (a USPS number behind a ZIP of
five digits is one behind a ZIP of nine with another digit).
"""

import random
import re._parser as sre  # the shapes are expressions: what they match is generated from them
import string
import sys
from collections import Counter
from typing import Any, Final

from tracking.numbers.formats import FORMATS, Format
from tracking.numbers.identifying import identify

COUNT: Final = 1000
_DIGITS: Final = string.digits
_CHARACTERS: Final = string.digits + string.ascii_uppercase


def number_of(row: Format, dice: random.Random) -> str:
    """A number of a format's shape; its check digit is any."""
    parsed = sre.parse(row.pattern)
    while True:  # what looks ahead is not generated, but tried
        number = "".join(_piece(token, argument, dice) for token, argument in parsed)
        if row.matches(number):
            return number


def _piece(token: Any, argument: Any, dice: random.Random) -> str:
    match str(token):
        case "LITERAL":
            return chr(argument)
        case "IN":
            return dice.choice([c for c in _CHARACTERS if _is_in(argument, c)])
        case "MAX_REPEAT":
            least, most, inner = argument
            return "".join(_all(inner, dice) for _ in range(dice.randint(least, most)))
        case "SUBPATTERN":
            return _all(argument[3], dice)
        case "BRANCH":
            return _all(dice.choice(argument[1]), dice)
        case "ASSERT" | "ASSERT_NOT":
            return ""
    raise ValueError(token)


def _all(parsed: Any, dice: random.Random) -> str:
    return "".join(_piece(token, argument, dice) for token, argument in parsed)


def _is_in(members: Any, character: str) -> bool:
    for token, argument in members:
        match str(token):
            case "LITERAL" if chr(argument) == character:
                return True
            case "RANGE" if argument[0] <= ord(character) <= argument[1]:
                return True
            case "CATEGORY" if character in _DIGITS:
                return True
    return False


def measure(count: int, seed: int = 1) -> Counter[str]:
    """How many numbers of how many formats came out how."""
    seen: Counter[str] = Counter()
    dice = random.Random(seed)
    for row in FORMATS:
        seen["formats"] += 1
        for _ in range(count):
            number = number_of(row, dice)
            if row.check is None:
                _count(row, number, seen)
                continue
            match = row.matches(number)
            assert match is not None
            at = match.start("check")
            for character in _CHARACTERS:
                other = number[:at] + character + number[at + 1 :]
                if (again := row.matches(other)) is None:
                    continue
                if row.holds(again):
                    _count(row, other, seen)
                else:
                    names = {(each.carrier, each.format) for each in identify(other)}
                    is_refused = (row.carrier, row.name) not in names
                    seen["wrong"] += 1
                    seen["wrong_refused"] += is_refused or _is_right_elsewhere(row, other)
                    seen["wrong_nobodys"] += not names
    return seen


def _count(row: Format, number: str, seen: Counter[str]) -> None:
    seen["right"] += 1
    seen["own_among"] += row.carrier in {each.carrier for each in identify(number)}


def _is_right_elsewhere(row: Format, number: str) -> bool:
    twins = (each for each in FORMATS if each.name == row.name and each is not row)
    return any((match := twin.matches(number)) and twin.holds(match) for twin in twins)


def main() -> None:
    """Print the figures."""
    seen = measure(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
    print("numbers " + " ".join(f"{name}={value}" for name, value in seen.items()))
    if seen["own_among"] != seen["right"] or seen["wrong_refused"] != seen["wrong"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
