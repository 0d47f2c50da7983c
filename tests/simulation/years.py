"""Years of many items, day by day: random people, outages, double ticks and clocks that differ, all from one seed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import connection

from bihuan.actions import house
from bihuan.clock.tick import tick
from bihuan.ledger import derive
from bihuan.ledger.reading import head
from bihuan.rules.calendar import Calendar, CalendarYear
from bihuan.rules.permissions import SYSTEM
from tests.simulation.daily import Watch
from tests.simulation.invariants import check
from tests.simulation.life import Life

#: Monday, 9:00 in China; the notices of 2025 and 2026 are out, that of the third year comes in the November before it.
START = datetime(2025, 1, 6, 1, tzinfo=UTC)
#: Days between two looks at everything, and between two looks at every open item.
FULL, OPEN_ITEMS = 91, 7
#: Steps that people take for each item that is registered.
STEPS = 20
#: Of the open items, how many people have on their tables.
AT_HAND = 60


class Years(Life):
    """``items`` items over ``days`` days; everything is looked at every ``full`` days, an outage begins with ``outages``."""

    def __init__(self, seed: int, items: int, days: int, *, full: int = FULL, outages: float = 0.02) -> None:
        super().__init__(seed, start=START)
        self.items, self.days, self.full, self.outages = items, days, full, outages
        self.watch = Watch()
        self.day = self.registered = 0
        self.down = 0
        #: When the last tick of the day was; None: the clock stood still.
        self.settled: datetime | None = None
        self.seconds = {"lived": 0.0, "looked": 0.0, "looked at everything": 0.0}

    def run_all(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Live to the end; ``told`` is called after each day with the days done. Raises AssertionError at what is broken."""
        for day in range(1, self.days + 1):
            self._timed("lived", self._live)
            self.day = day
            self._timed("looked", self._look)
            if day % self.full == 0 or day == self.days:
                self._timed("looked at everything", lambda: check(self))
            told(day)

    def _timed(self, what: str, act: Callable[[], None]) -> None:
        begun = time.perf_counter()
        act()
        self.seconds[what] += time.perf_counter() - begun

    def _live(self) -> None:
        """One day: people from nine on, the clock whenever the system is up, and what the day brings by chance."""
        r, county = self.random, self.county
        morning = START + timedelta(days=self.day)
        county.now, self.settled = max(county.now, morning), None
        if self.down == 0 and r.random() < self.outages:
            self.down = r.randrange(1, 12)
            self.counts["outage"] += 1
        self._notice()
        working = Calendar.builtin().is_workday(morning.date())
        if self.down == 0 or r.random() < 0.3:  # in half an outage only the clock is down
            self._people(working)
        if self.down:
            self.down -= 1
            return
        for _ in range(r.choice([1, 1, 2, 3])):
            county.later(minutes=r.randrange(1, 120))
            self._tick()
            if r.random() < 0.3:
                self._tick_again()
        self.moments, self.settled = self.moments[-60:], self.moments[-1][0]

    def _people(self, working: bool) -> None:
        r = self.random
        if working:
            wanted = self.items * (self.day + 1) / self.days * 1.02
            while self.registered < min(self.items, wanted):
                self.let("register")
                self.registered = self.counts["registered"]
        steps = STEPS * self.items / self.days * (1.4 if working else 0.1)
        for _ in range(int(steps) + (r.random() < steps % 1)):
            what = r.choices(["act", "wild", "slip", "house"], [85, 4, 10, 0.15])[0]
            self._with_a_clock_of_its_own(what)

    def _with_a_clock_of_its_own(self, what: str) -> None:
        """Another host takes the step: its clock is up to two minutes behind or ahead."""
        skew = timedelta(seconds=self.random.choice([0, 0, self.random.randrange(-120, 121)]))
        self.county.now += skew
        self.let(what)
        self.county.now -= skew

    def _tick_again(self) -> None:
        """The same tick once more, or one by a clock that is behind, enters nothing."""
        now, before = self.county.now, head()
        tick(now - timedelta(microseconds=1) - timedelta(seconds=self.random.choice([0, 0, 90])))
        assert head() == before, "a second tick entered something"
        self.counts["tick again"] += 1

    def _notice(self) -> None:
        """In November the notice of the next year comes out, as far as the package does not know it."""
        today = (START + timedelta(days=self.day)).date()
        if (today.month, today.day) == (11, 5) and not Calendar.builtin().is_published(today.year + 1):
            year, r = today.year + 1, self.random
            spring = today.replace(year=year, month=2, day=r.randrange(1, 20))
            off = frozenset(spring + timedelta(days=n) for n in range(8))
            house.publish_calendar(
                SYSTEM, self.county.later(minutes=1), CalendarYear(year, off, frozenset(), "通知")
            )
            self.moments.clear()
            self.counts["notice"] += 1

    def _look(self) -> None:
        """After the day's last tick nothing is due; while the system is down the colours wait."""
        self.watch.look(self.settled, every_open_item=self.day % OPEN_ITEMS == 0)

    def _item(self):
        """Mostly one that people have on their tables."""
        r = self.random
        where = derive.OPEN_ITEMS if r.random() < 0.9 else "1=1"
        most = AT_HAND if r.random() < 0.9 else 10**6
        with connection.cursor() as cursor:  # the ORM would take longer than the step
            cursor.execute(f'SELECT "id" FROM "item" WHERE {where} ORDER BY "id" DESC LIMIT {most}')
            ids = [pk for (pk,) in cursor.fetchall()]
        return self.county.row(r.choice(ids)) if ids else None

    def _register(self):
        made = super()._register()
        self.counts["registered"] += 1
        return made
