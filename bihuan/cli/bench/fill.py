"""Filling measured ledgers through the one write door, in large transactions."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count

from bihuan.actions.register import enter
from bihuan.cli.bench.house import START, House, found_house, read_house
from bihuan.cli.bench.lives import Lives, Step
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.due import catch_up
from bihuan.models import Register

Progress = Callable[[int], None]
Life = Iterator[Step]
Begin = Callable[[Register, datetime], Life]
_PAGE = 2_000
#: Over how long the registrations of a ledger are spread, and how many entries a whole life has.
_SPAN = timedelta(days=500)
_ENTRIES_A_LIFE = 14


def fill_mixed(entries: int, progress: Progress) -> int:
    """Fill a new ledger with at least ``entries`` entries of whole lives, in order of time; returns how many there are."""
    found_house()
    house = read_house()
    filler = _Filler(house, Lives(house, entries).whole, _SPAN * _ENTRIES_A_LIFE / entries)
    while filler.entries < entries:
        filler.page()
        progress(min(filler.entries, entries))
    return filler.entries


def fill_list(items: int, progress: Progress) -> int:
    """Fill a new ledger with at least ``items`` items as imports leave them; returns how many entries there are."""
    found_house()
    house = read_house()
    filler = _Filler(house, Lives(house, items).imported, _SPAN / items)
    while filler.items < items:
        filler.page()
        progress(min(filler.items, items))
    return filler.entries


def fill_county(items: int, until: datetime, progress: Progress) -> int:
    """Fill the ledger that is there with at least ``items`` more of them, registered evenly until ``until``; returns how many entries there are."""
    house = read_house()
    filler = _Filler(house, Lives(house, items).imported, _SPAN / items, until - _SPAN)
    while filler.items < items:
        filler.page()
        progress(min(filler.items, items))
    return filler.entries


class _Filler:
    """Lives begun evenly over the span and carried on side by side, as they are in an office."""

    def __init__(self, house: House, begin: Begin, gap: timedelta, start: datetime = START) -> None:
        self.items = self.entries = 0
        self._house, self._begin, self._gap = house, begin, gap
        self._order = count()  # two steps at one instant are taken in the order in which they were planned
        self._planned: list[tuple[datetime, int, Register, int, Step, Life]] = []
        self._plan_next(start)

    def _plan_next(self, at: datetime) -> None:
        register = self._house.registers[self.items % len(self._house.registers)]
        self._plan(register, 0, self._begin(register, at))

    def _plan(self, register: Register, item: int, life: Life) -> None:
        step = next(life, None)
        if step is not None:
            heapq.heappush(self._planned, (step.at, next(self._order), register, item, step, life))

    def page(self) -> None:
        """Take the next steps in one transaction."""
        with writing(self._planned[0][0]) as ledger:
            ledger.hold({planned[3] for planned in heapq.nsmallest(_PAGE, self._planned) if planned[3]})
            ledger.lock()
            for _ in range(_PAGE):
                self._take_next(ledger)
            self.entries = ledger.last

    def _take_next(self, ledger: Ledger) -> None:
        at, _, register, item, step, life = heapq.heappop(self._planned)
        ledger.now = max(ledger.now, at)
        if step.fields is None:
            self._go_on(ledger, item, step)
        else:
            item = self._register(ledger, register, step)
            self._plan_next(at + self._gap)
        self._plan(register, item, life)

    def _register(self, ledger: Ledger, register: Register, step: Step) -> int:
        self.items += 1
        row = ledger.rows.get("register", register.pk)
        assert step.fields is not None
        return enter(ledger, step.actor, row, self._house.procedures[register.pk], step.fields)

    @staticmethod
    def _go_on(ledger: Ledger, item: int, step: Step) -> None:
        """Enter what fell due for the item meanwhile, then the step."""
        row = ledger.rows.get("item", item)
        catch_up(ledger, row, step.at)
        if step.event is not None:
            ledger.append(step.event, step.actor, item=item, at=max(step.at, row["changed_at"]))
