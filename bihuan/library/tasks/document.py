"""A file's documents decomposed: each as the library would store it, so that a file and the stored document give the same tasks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bihuan.library.extract import Extracted
from bihuan.library.lines import squeezed
from bihuan.library.store import Ready, date_of, prepare
from bihuan.library.tasks.decompose import Task, decompose
from bihuan.rules.calendar import Calendar
from bihuan.rules.pairs import normalise

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年)")


@dataclass(frozen=True)
class Proposed:
    """A task and the document that it stands in. ``task`` counts characters of the file's text, ``own`` of the document's."""

    task: Task
    own: Task
    ready: Ready


def propose(extracted: Extracted, *, base: date | None, today: date, calendar: Calendar) -> list[Proposed]:
    """Return the tasks of every document of a file; ``base`` (default: its own date, else the year of its title, else ``today``) gives
    missing years.
    """
    found = []
    for ready in prepare(extracted):
        day = base or date_of(ready.known.date.value) or _first_day(ready.known.title.value) or today
        tasks = decompose(ready.text, base=day, calendar=calendar)
        places = _places(extracted.text, ready) if tasks else ()
        found += [Proposed(_placed(own, ready.text, extracted.text, places), own, ready) for own in tasks]
    return found


def _first_day(title: str) -> date | None:
    """The first day of the year that a title speaks of, of the last one where there are several: …2025年总结和2026年计划."""
    years = [int(year) for year in _YEAR.findall(title)]
    return date(max(years), 1, 1) if years else None


def _places(text: str, ready: Ready) -> list[int]:
    """Where in the file each character of the document stands that is no blank: what was taken out and blanks are all that differs."""
    part, found, at = ready.part, list[int](), ready.part.start
    runs = [(run.start, run.end) for run in part.removed if part.start <= run.start < part.end]
    for start, end in [*runs, (part.end, part.end)]:
        found += [n for n in range(at, start) if normalise(text[n]).strip()]
        at = max(at, end)
    return found


def _placed(task: Task, document: str, text: str, places: Sequence[int]) -> Task:
    start = places[len(squeezed(document[: task.start]))]
    end = places[len(squeezed(document[: task.end])) - 1] + 1
    return replace(task, start=start, end=end, text=text[start:end])
