"""Figures of the past are remembered only as long as nothing tells of that time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from bihuan.actions.slip import issue_slip, withdraw_slip
from bihuan.ledger.reading import head
from bihuan.models import Entry, Happening, Item, Slip, Transition
from bihuan.queries import past
from bihuan.queries.burden import burden
from bihuan.queries.counts import NO_REGISTER, cells, deeds
from bihuan.queries.past import KEPT, remembered, summed, unless
from bihuan.rules.figures import Deed
from bihuan.rules.slips import LIVE
from tests.actions.county import County

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> County:
    past._held.clear()
    made = County()
    made.at("working")
    return made


def test_a_value_is_made_once_while_what_is_entered_lies_later(county: County):
    until, made = county.now, iter("abc")
    assert remembered("key", until, partial(next, made)) == "a"
    county.now += timedelta(days=1)
    county.at("working")
    assert remembered("key", until, partial(next, made)) == "a"


def test_a_value_is_made_anew_once_an_entry_tells_of_its_time(county: County):
    until, made = county.now + timedelta(days=9), iter("abc")
    assert remembered("key", until, partial(next, made)) == "a"
    county.at("working")
    assert remembered("key", until, partial(next, made)) == "b"
    assert remembered("key", until, partial(next, made)) == "b"


def test_a_value_of_another_ledger_is_made_anew(county: County):
    until, made = county.now, iter("abc")
    assert remembered("key", until, partial(next, made)) == "a"
    seq, held = next(iter(past._held.items()))
    past._held[seq] = past._Held(held.seq, b"another chain", held.value)
    assert remembered("key", until, partial(next, made)) == "b"
    past._held[seq] = past._Held(Entry.objects.count() + 1, held.hash, held.value)
    assert remembered("key", until, partial(next, made)) == "c"


def test_a_value_of_a_day_is_the_same_up_to_whichever_entry_is_the_last(county: County):
    until, made = county.now, iter("abc")
    assert remembered("key", until, partial(next, made), upto=head()[0]) == "a"
    county.now += timedelta(days=1)
    county.at("working")
    assert remembered("key", until, partial(next, made), upto=head()[0]) == "a"
    assert remembered("key", until, partial(next, made)) == "a"
    assert remembered("key", until, partial(next, made), upto=head()[0] - 1) == "b"


def test_what_is_asked_for_as_of_this_moment_pushes_nothing_out(county: County):
    made = iter("abcd")
    for _ in range(2):
        remembered("now", timezone.now(), partial(next, made))
        remembered("last", None, partial(next, made), upto=head()[0])
    assert not past._held
    assert [*made] == []


def test_only_the_last_values_are_kept(county: County):
    for key in range(KEPT + 3):
        remembered(key, county.now, lambda: 0)
    assert [key for _, key, *_ in past._held] == list(range(3, KEPT + 3))


def test_what_grows_is_read_from_the_last_entry_on_and_known_up_to_any(county: County):
    asked, first = [], head()[0]

    def between(after: int, upto: int) -> dict[str, int]:
        asked.append((after, upto))
        return {"entries": upto - after}

    assert summed("key", between, first) == {"entries": first}
    county.at("working")
    last = head()[0]
    assert summed("key", between, last) == summed("key", between, last) == {"entries": last}
    assert summed("key", between, first) == {"entries": first}
    assert asked == [(0, first), (first, last), (first, last)]


def test_what_grew_in_another_ledger_is_read_anew(county: County):
    asked, last = [], head()[0]

    def between(after: int, upto: int) -> dict[str, int]:
        asked.append((after, upto))
        return {"entries": upto - after}

    summed("key", between, last)
    (key, held), *_ = past._held.items()
    for other in (
        past._Held(last, b"another chain", held.value),
        past._Held(last + 1, held.hash, held.value),
    ):
        past._held[key] = other
        assert summed("key", between, last) == {"entries": last}
    assert asked == [(0, last)] * 3


def added_up(as_of: datetime | None, upto: int | None, *, cut: bool) -> dict[Deed, int]:
    """Every row on its own."""
    found = Counter[Deed]()
    for row in Happening.objects.all():
        if (as_of is None or row.at <= as_of) and (upto is None or row.seq <= upto):
            place = (row.register_id, row.unit_id, row.klass, row.channel) if cut else (0, 0, "", "")
            found[Deed(row.what, row.kind, *place)] += row.amount
    return {deed: times for deed, times in found.items() if times}


@pytest.mark.parametrize("cut", [True, False])
def test_deeds_of_any_moment_are_the_sums_of_their_rows(county: County, cut):
    registers, supervisor = [NO_REGISTER, *county.registers.values()], county.people["supervisor"]
    seqs, moment = [head()[0]], timezone.now()
    for now in (county.now, moment + timedelta(hours=1)):  # the second holds from a moment to come on
        made = issue_slip(county.at("working"), "整改通知单", supervisor, now, despite="急")
        withdraw_slip(made.slip, supervisor, now, reason="重复")
        seqs.append(head()[0])
        for as_of in (None, moment, county.now):
            for upto in (None, *seqs):
                told = deeds(registers, cut=cut, as_of=as_of, upto=upto)
                assert told == added_up(as_of, upto, cut=cut)


def test_cells_of_a_day_are_the_same_when_they_are_remembered_and_when_they_are_not(county: County):
    registers, day = list(county.registers.values()), county.now
    first = cells(registers, facet="unit", as_of=day)
    county.now += timedelta(days=1)
    county.at("closed")
    again = cells(registers, facet="unit", as_of=day)
    past._held.clear()
    assert again == first == cells(registers, facet="unit", as_of=day)
    assert Transition.objects.filter(at__gt=day).exists()


def test_cells_up_to_an_entry_are_those_of_now_until_it_and_never_change_after_it(county: County):
    registers, upto = list(county.registers.values()), Entry.objects.count() + 1
    before = cells(registers, upto=upto)
    county.at("working")
    with_one_more = cells(registers, upto=upto)
    county.at("closed")
    assert cells(registers, upto=upto) == with_one_more != before
    past._held.clear()
    assert cells(registers, upto=upto) == with_one_more


def test_what_few_entries_change_is_made_anew_after_one_of_them_alone(county: County):
    made, item = iter("abcd"), county.at("working")

    def told() -> str:
        return unless("key", lambda added: added.exclude(kind="item.commented"), partial(next, made))

    assert told() == told() == "a"
    county.do("comment", item, "handler", text="已联系")
    assert told() == "a"
    county.at("working")
    assert told() == told() == "b"
    (key, held), *_ = past._held.items()
    past._held[key] = past._Held(held.seq, b"another chain", held.value)
    assert told() == "c"
    past._held[key] = past._Held(held.seq + 1, held.hash, held.value)
    assert told() == "d"


def burdens(since: datetime, until: datetime) -> dict[int, tuple[int, int, int, int]]:
    """Every row on its own: by unit its slips, how many of them want an answer, the items it was given, and the slips that wait."""
    found: dict[int, list[int]] = {}
    for slip in Slip.objects.all():
        counts = found.setdefault(slip.unit_id, [0] * 4)
        if slip.issued_at and since <= slip.issued_at < until and slip.state != "withdrawn":
            counts[0] += 1
            counts[1] += slip.answer_due is not None
        counts[3] += slip.state in LIVE - {"proposed"}
    for item in Item.objects.exclude(owner_id=0):
        if item.assigned_at and since <= item.assigned_at < until:
            found.setdefault(item.owner_id, [0] * 4)[2] += 1
    return {unit: tuple(counts) for unit, counts in found.items() if any(counts)}


def test_a_burden_is_that_of_its_rows_after_each_entry(county: County):
    supervisor, since = county.people["supervisor"], county.now - timedelta(days=30)

    def right() -> bool:
        for until in (county.now + timedelta(seconds=1), county.now - timedelta(days=1), since):
            told = burden(since, until)
            kept = {u.unit: (u.slips, u.asked, u.items, u.waiting) for u in told}
            assert {unit: counts for unit, counts in kept.items() if any(counts)} == burdens(since, until)
        return True

    item = county.at("working")
    assert right()
    for days in (1, 2):
        county.later(days=days)
        made = issue_slip(item, "整改通知单", supervisor, county.now, despite="急")
        assert right()
        county.do("report", item, "handler", text="正在办")
        assert right()
        county.at("assigned")
        assert right()
    withdraw_slip(made.slip, supervisor, county.now, reason="重复")
    assert right()
