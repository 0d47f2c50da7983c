"""A file's documents decomposed: each read with its own date, what was taken out of it left aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from bihuan.library.extract import Extracted
from bihuan.library.store import Ready, date_of, prepare
from bihuan.library.tasks.decompose import Task, decompose
from bihuan.rules.calendar import Calendar


@dataclass(frozen=True)
class Proposed:
    """A task and the document that it stands in. Places count characters of the file's text."""

    task: Task
    ready: Ready


def propose(extracted: Extracted, *, base: date | None, today: date, calendar: Calendar) -> list[Proposed]:
    """Return the tasks of every document of a file; ``base`` (default: its own date, else ``today``) gives missing years."""
    found = []
    for ready in prepare(extracted):
        day = base or date_of(ready.known.date.value) or today
        text = extracted.text[ready.part.start : ready.part.end]
        for task in decompose(text, base=day, calendar=calendar):
            placed = replace(task, start=task.start + ready.part.start, end=task.end + ready.part.start)
            if not _is_removed(placed, ready):
                found.append(Proposed(placed, ready))
    return found


def _is_removed(task: Task, ready: Ready) -> bool:
    return any(run.start < task.end and task.start < run.end for run in ready.part.removed)
