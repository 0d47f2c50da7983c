"""How commands speak: results on stdout, people's text on stderr, errors with what to do, long work with an estimate."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bihuan.rules import deadlines
from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import CHINA

if TYPE_CHECKING:
    from rich.progress import Progress

DONE, REFUSED, MISUSED = 0, 1, 2


def tell(text: str = "") -> None:
    """Say something to the person, on stderr."""
    click.echo(text, err=True)


def answer(value: Any, *, as_json: bool, text: str = "") -> None:
    """Give the result on stdout: one JSON object, or ``text`` for people."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str) if as_json else text)


def refuse(code: str, message: str, hint: str = "", *, as_json: bool = False) -> NoReturn:
    """Say why something was refused and leave with status 1."""
    if as_json:
        click.echo(
            json.dumps({"error": {"code": code, "message": message, "hint": hint}}, ensure_ascii=False)
        )
    tell(f"未完成：{message}")
    if hint:
        tell(f"怎么办：{hint}")
    sys.exit(REFUSED)


def instant(text: str | None, now: datetime) -> datetime | None:
    """Read ``--as-of``: a date (its end in China), ``YYYY-MM-DD HH:MM[:SS]`` in China, or an ISO instant; None stays None."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        read = deadlines.parse(text, base=now.astimezone(CHINA).date(), calendar=Calendar.builtin())
        if read.due is None:
            raise click.BadParameter(f"时间“{text}”读不懂，可写 2026-03-31 或 2026-03-31 17:00。") from None
        return end_of(read.due)
    if found.tzinfo is None and found.time() == time() and len(text) <= len("2026-03-31"):
        return end_of(found.date())
    return (found if found.tzinfo else found.replace(tzinfo=CHINA)).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the last microsecond of ``day`` in China."""
    return datetime.combine(day, time.max, tzinfo=CHINA).astimezone(UTC)


class Advance:
    """Shows how far long work has come; callable with the count done so far."""

    def __init__(self, progress: Progress, task: Any) -> None:
        self._progress, self._task = progress, task

    def __call__(self, done: int) -> None:
        """Show that ``done`` units are done."""
        self._progress.update(self._task, completed=done)


@contextmanager
def working(what: str, total: int | None = None) -> Iterator[Advance]:
    """Show a progress bar with an estimate on stderr while the block runs; it may be interrupted without harm."""
    from rich import progress as bars  # a tenth of a second that most commands need not wait for
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        yield Advance(progress, progress.add_task(what, total=total))
