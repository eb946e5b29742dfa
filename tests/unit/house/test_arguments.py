"""Numbers that a person gives a run: what is none, or too small, is refused and says so."""

import pytest

from tests.support.arguments import from_environment


def test_a_number_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment("MANY", 7) == 7
    monkeypatch.setenv("MANY", "")  # what make puts where nobody says a number
    assert from_environment("MANY", 7) == 7
    monkeypatch.setenv("MANY", "12")
    assert from_environment("MANY", 7) == 12


@pytest.mark.parametrize(
    ("text", "why"),
    [("many", "MANY is no number: many"), ("0", "MANY must be at least 1, not 0")],
)
def test_what_is_no_number_of_anything(monkeypatch, text: str, why: str) -> None:
    monkeypatch.setenv("MANY", text)
    with pytest.raises(ValueError, match=f"^{why}$"):
        from_environment("MANY", 7)
