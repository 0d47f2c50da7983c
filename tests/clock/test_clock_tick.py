from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction

from bihuan.clock.tick import pending, tick
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Entry, Item, Timer
from tests.support.county import NOW, imported_world

pytestmark = pytest.mark.django_db


def turns() -> list[tuple[int, str, str]]:
    """Every colour turn: item, instant, colour."""
    found = (
        Entry.objects.filter(kind="item.coloured").order_by("item_id", "seq").values_list("body", flat=True)
    )
    return [(b["item"], b["at"], b["data"]["colour"]) for b in map(json.loads, found)]


def test_ticking_twice_enters_nothing_the_second_time():
    imported_world()
    at = NOW + timedelta(days=90)
    assert tick(at) > 0
    before = head()
    assert (tick(at), head()) == (0, before)


def lives(ticks: list[int]) -> list[tuple[int, str, str]]:
    """Import, tick on these days after the start, tell the turns, and undo all of it."""
    with transaction.atomic():
        imported_world()
        for day in ticks:
            tick(NOW + timedelta(days=day))
        found = turns()
        transaction.set_rollback(True)
    return found


def test_one_late_tick_enters_the_same_turns_at_the_same_instants_as_daily_ticks():
    daily = lives(list(range(1, 91)))
    assert daily
    assert lives([90]) == daily


def test_an_overdue_item_turns_red_at_the_end_of_its_last_day():
    imported_world()
    item = Item.objects.filter(due__isnull=False, ongoing=False).order_by("due_order").first()
    assert item is not None
    assert item.due_at is not None
    tick(item.due_at - timedelta(microseconds=1))
    item.refresh_from_db()
    assert (item.overdue, item.colour) == (False, "yellow")
    tick(item.due_at)
    item.refresh_from_db()
    assert (item.overdue, item.colour) == (True, "red")


def test_nothing_is_pending_after_a_tick_and_every_timer_lies_ahead():
    imported_world()
    at = NOW + timedelta(days=60)
    assert pending(at)
    tick(at)
    assert not pending(at)
    assert not Timer.objects.filter(due_at__lte=at).exists()


def test_what_was_missed_is_marked_late():
    imported_world()
    tick(NOW + timedelta(days=90))
    late = [
        json.loads(b)["data"].get("late", False)
        for b in Entry.objects.filter(kind="item.coloured").values_list("body", flat=True)
    ]
    assert late
    assert all(late)


def test_the_ledger_rebuilds_to_the_same_after_ticks():
    imported_world()
    tick(NOW + timedelta(days=120))
    before = digests()
    rebuild()
    assert digests() == before
