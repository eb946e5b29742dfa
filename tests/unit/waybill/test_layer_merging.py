"""Partitions merged newest first, page by page, within a budget of rows."""

from hypothesis import given
from hypothesis import strategies as st

from waybill.merging import Merged, Place, merged_page


class Rows:
    """Partitions in memory, and how many rows of them were read."""

    def __init__(self, partitions):
        self.partitions = {
            name: sorted(keys, reverse=True) for name, keys in sorted(partitions.items())
        }
        self.count = 0

    def read(self, partition, after, limit):
        rows = [
            {"pk": partition, "sk": sk}
            for sk in self.partitions[partition]
            if after is None or Place(sk, partition) < after
        ][:limit]
        self.count += len(rows)
        return rows

    def page(self, after, limit):
        found, place = merged_page(list(self.partitions), self.read, after=after, limit=limit)
        return [Place(row["sk"], row["pk"]) for row in found], place

    def all(self):
        return sorted(
            (Place(sk, name) for name, keys in self.partitions.items() for sk in keys),
            reverse=True,
        )


partitions = st.integers(1, 20).flatmap(
    lambda number: st.fixed_dictionaries(
        {
            f"p{index:02}": st.sets(st.integers(0, 60).map("{:02}".format), max_size=30)
            for index in range(number)
        }
    )
)


@given(partitions, st.integers(1, 30))
def test_pages_are_the_whole_list_newest_first_within_the_budget(stored, limit):
    rows = Rows(stored)
    found, place, pages = [], None, 0
    while True:
        rows.count = 0
        page, place = rows.page(place, limit)
        found += page
        pages += 1
        assert len(page) <= limit
        assert rows.count <= max(10 * limit, len(stored))
        assert place is None or page, "a page that is not the last moves on"
        if place is None:
            break
    assert found == rows.all()
    assert pages <= len(found) + 1


@given(partitions, st.integers(1, 30))
def test_a_cursor_survives_rows_that_come_and_go(stored, limit):
    rows = Rows(stored)
    first, place = rows.page(None, limit)
    before = rows.all()
    for keys in rows.partitions.values():
        keys[:] = sorted({*keys, "99"} - {p.sk for p in first[-1:]}, reverse=True)
    second, _ = rows.page(place, limit) if place else ([], None)
    gone = {p.sk for p in first[-1:]}
    later = [p for p in before if p not in first and p.sk not in gone]
    assert second == later[: len(second)]
    assert place is None or bool(second) == bool(later)


def test_one_hot_partition_costs_a_short_page_not_a_longer_read():
    rows = Rows({f"p{index}": [] for index in range(8)} | {"p3": [f"{n:04}" for n in range(500)]})
    page, place = rows.page(None, 100)
    assert len(page) == 100
    assert rows.count <= 1000
    assert place == page[-1]


def test_the_last_page_has_no_next():
    assert Rows({"p0": [], "p1": []}).page(None, 5) == ([], None)
    page, place = Rows({"p0": ["1"], "p1": ["2"]}).page(None, 5)
    assert (page, place) == ([Place("2", "p1"), Place("1", "p0")], None)


def test_what_is_read_behind_each_row_counts_and_a_page_moves_on_all_the_same():
    rows = Rows({f"p{index}": [f"{n:03}" for n in range(50)] for index in range(8)})
    for limit in (1, 3, 50):
        rows.count = behind = 0
        merged = Merged(list(rows.partitions), rows.read, after=None, limit=limit, reads_behind=1)
        while taken := merged.take(limit):
            behind += len(taken)
        assert behind
        assert rows.count + behind <= 10 * limit
        assert merged.goes_on == (behind < 400)
