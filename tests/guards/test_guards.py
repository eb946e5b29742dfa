"""docs/guards.md names every condition of the source, and tests that are there."""

from tests.guards.document import DOCUMENT, all_guards, document, killers_of, missing


def test_the_page_is_of_the_sources_guards() -> None:
    page = DOCUMENT.read_text()
    killers = killers_of(page)
    assert [guard.name for guard in all_guards() if guard.name not in killers] == []
    assert page == document(killers), "make guards writes it"


def test_whoever_is_named_is_a_test() -> None:
    assert list(missing(killers_of(DOCUMENT.read_text()))) == []
