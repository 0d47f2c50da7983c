"""What the measurement of the pages runs in processes of its own: the filling of the county, and the people who visit it."""

from __future__ import annotations

import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from django.conf import settings
from django.db import connection

from bihuan.cli.bench.fill import fill_county as fill
from bihuan.cli.bench.web_client import Answer, Browser
from bihuan.cli.bench.web_people import MIX, THINK_SECONDS, Visit, visits
from bihuan.clock.tick import tick
from bihuan.demo.pages import stock

Progress = Callable[[int], None]
#: The write that is measured, and by whom: one click for 暂无进展.
REPORT = Visit("chengban", "handler-unchanged", "/items/?state=working")
_ITEM = re.compile(r'href="(/items/\d+/)"')
_CONNECTIONS = 4


def fill_county(items: int, prose: str, progress: Progress) -> int:
    """Fill the demonstration's registers with ``items`` more, enter what fell due, stock the library; returns the entries."""
    now = datetime.now(UTC)
    entries = fill(items, now, progress)
    entries += tick(datetime.now(UTC))
    stock(Path(prose), backup=False)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return entries


class Told:
    """The milliseconds and weights by name of the visit, from all threads."""

    def __init__(self) -> None:
        self.ms: dict[str, list[float]] = defaultdict(list)
        self.weight: dict[str, int] = {}
        self._lock = Lock()

    def add(self, name: str, answer: Answer) -> None:
        """Note one answer; one that is no answer ends the measurement."""
        if answer.status >= 500:
            raise SystemExit(f"{name}：{answer.status}")
        with self._lock:
            self.ms[name].append(round(answer.ms, 2))
            self.weight[name] = max(answer.weight, self.weight.get(name, 0))


def visit(port: int, empty: int, rounds: int, rest: float, progress: Progress) -> dict[str, Any]:
    """Let the people of ``MIX`` walk while one visits everything ``rounds`` times, with ``rest`` seconds between two; then weigh, and ask the empty page alone."""
    told, bare, stop, passwords = Told(), Told(), Event(), _passwords()
    places = visits()
    people = [
        Thread(target=_walk, args=(_logged_in(port, account, passwords), account, places, no, told, stop))
        for account, group in MIX.items()
        for no in range(group.people)
    ]
    restless = {account: _logged_in(port, account, passwords) for account in {p.account for p in places}}
    sizes = _weigh(restless, places)
    begun = time.perf_counter()
    for person in people:
        person.start()
    blank = Browser(empty)
    for no in range(rounds):
        for place in places:
            told.add(place.name, restless[place.account].get(place.address, fragment=place.fragment))
            bare.add("empty", blank.get("/"))
            time.sleep(rest)
        progress(no + 1)
    seconds = time.perf_counter() - begun
    stop.set()
    for person in people:
        person.join()
    asked = sum(map(len, told.ms.values()))
    return {
        "ms": told.ms, "empty": bare.ms["empty"], "per_second": round(asked / seconds, 1), "seconds": round(seconds, 1),
        "empty_per_second": _rate(empty), "accounts": {p.name: p.account for p in places}, **sizes,
    }  # fmt: skip


def _passwords() -> dict[str, str]:
    kept = Path(settings.HOME) / "演示账号.txt"
    return dict(re.findall(r"用户名 (\S+) +密码 (\S+)", kept.read_text("utf-8")))


def _logged_in(port: int, account: str, passwords: dict[str, str]) -> Browser:
    browser = Browser(port)
    browser.log_in(account, passwords[account])
    return browser


def _walk(browser: Browser, account: str, places: list[Visit], no: int, told: Told, stop: Event) -> None:
    """Open page after page as people of the role do, until told to stop."""
    chance = random.Random(f"{account}{no}")  # noqa: S311 - made-up people, no secret
    for place in _deck(account, places, chance):
        if stop.wait(chance.expovariate(1 / THINK_SECONDS)):
            return
        if place is REPORT:
            _report(browser, told, chance)
        else:
            told.add(place.name, browser.get(place.address, fragment=place.fragment))


def _deck(account: str, places: list[Visit], chance: random.Random) -> Iterator[Visit]:
    often = MIX[account].often
    own = [p for p in places if p.account == account] + [REPORT] * (account == REPORT.account)
    deck = [place for place in own for _ in range(often.get(place.name, 1))]
    for _ in count():
        chance.shuffle(deck)
        yield from deck


def _report(browser: Browser, told: Told, chance: random.Random) -> None:
    """Say of one of the unit's items that nothing moved; what somebody else did with it meanwhile is refused and fine."""
    found = _ITEM.findall(browser.get(REPORT.address).text)
    item = chance.choice(found)
    page = browser.get(item)
    told.add(REPORT.name, browser.post(f"{item}report/", version=page.field("version"), unchanged="1"))


def _weigh(browsers: dict[str, Browser], places: list[Visit]) -> dict[str, dict[str, int]]:
    """What each page weighs when it is opened for the first time, with its files; and each fragment."""
    pages: dict[str, int] = {}
    fragments: dict[str, int] = {}
    files: dict[str, int] = {}
    for place in places:
        browser = browsers[place.account]
        answer = browser.get(place.address, fragment=place.fragment)
        if place.fragment:
            if answer.whole:
                raise SystemExit(f"{place.name}：不是片段而是整页。")
            fragments[place.name] = answer.weight
            continue
        for file in answer.files() - files.keys():
            files[file] = browser.get(file).weight
        pages[place.name] = answer.weight + sum(files[f] for f in answer.files())
    return {"pages": pages, "fragments": fragments}


def _rate(port: int, seconds: float = 3) -> float:
    """How many empty pages a second the server hands out to clients that do nothing else."""
    until = time.perf_counter() + seconds

    def ask(_: int) -> int:
        browser = Browser(port)
        for done in count():
            if time.perf_counter() > until:
                return done
            browser.get("/")
        return 0

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        return round(sum(pool.map(ask, range(_CONNECTIONS))) / seconds, 1)
