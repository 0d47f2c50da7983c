"""Numbers of slips when many issue at once and some of it is rolled back: from 1 on, none missing, none twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction

from bihuan.actions.slip import Repeated, issue_slip
from bihuan.clock.tick import tick
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Slip
from tests.actions.county import County


class Interrupted(Exception):
    """Breaks a transaction off after its slip was numbered."""


def test_slips_issued_at_once_and_rolled_back_leave_no_gap(own_database):
    own_database()
    county = County()
    items = [county.at("working") for _ in range(6)]
    tick(county.later(days=7))
    supervisor, now = county.people["supervisor"], county.now

    def work(n: int) -> str:
        """Issue for one of the items; every third is refused as repeated, every third breaks off after its number was given."""
        try:
            with transaction.atomic():
                done = issue_slip(
                    items[n % 6],
                    "整改反馈单",
                    supervisor,
                    now + timedelta(minutes=n),
                    despite="" if n % 3 == 0 else "x",
                )
                if n % 3 == 1:
                    raise Interrupted
            return done.number
        except (Repeated, Interrupted):
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for number in pool.map(work, range(24)) if number]
    assert len(numbers) >= 8
    assert sorted(numbers) == sorted(f"改反〔2026〕{n}号" for n in range(1, len(numbers) + 1))
    kept = Slip.objects.filter(kind="feedback").values_list("no", flat=True)
    assert sorted(kept) == list(range(1, len(numbers) + 1))
    before = digests()
    rebuild()
    assert (digests(), verify().problems) == (before, [])


def test_a_rung_issued_by_two_clocks_at_once_is_issued_once(own_database):
    own_database()
    county = County()
    item = county.at("assigned")
    now = county.later(minutes=1)

    def run(_: int) -> None:
        try:
            tick(now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, range(3)))
    assert list(Slip.objects.filter(item_id=item).values_list("number", flat=True)) == ["改通〔2026〕1号"]


@pytest.mark.django_db
def test_a_number_that_was_rolled_back_is_given_to_the_next(county):
    item = county.at("working")
    tick(county.later(days=7))
    with transaction.atomic():
        issue_slip(item, "整改反馈单", county.people["supervisor"], county.now)
        transaction.set_rollback(True)
    done = issue_slip(item, "整改反馈单", county.people["supervisor"], county.now)
    assert done.number == "改反〔2026〕1号"
