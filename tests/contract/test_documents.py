"""What is generated inside documents written by hand is what the code and the template say."""

import pytest

from local.documents import DOCUMENTS, PARTS, generated


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_documents_generated_parts_are_up_to_date(path):
    text = path.read_text()
    assert text == generated(text), "behind: run make docs"


def test_every_part_stands_in_one_document():
    texts = [path.read_text() for path in DOCUMENTS]
    for name in PARTS:
        assert sum(text.count(f"<!-- generated: {name} -->") for text in texts) == 1
