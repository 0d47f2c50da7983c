"""The items of a ledger as they will be, with their measures: what the preview shows and the commit takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date

from bihuan.rules.deadlines import Cycle


@dataclass(slots=True)
class MeasureRow:
    """One step of an item. What is None holds as for the item; ``row`` is the sheet row it stands in."""

    text: str
    row: int
    lead: str | None = None
    owner: str | None = None
    helpers: list[str] = field(default_factory=list)
    handler: str | None = None
    due: date | None = None
    ongoing: bool = False
    immediate: bool = False
    cycle: Cycle | None = None
    due_text: str | None = None
    progress: str | None = None
    percent: int | None = None
    state: str | None = None
    state_text: str | None = None

    def to_json(self) -> dict[str, object]:
        """Plain values; the day as ISO."""
        return _plain(asdict(self))


@dataclass(slots=True)
class ItemRow:
    """One item. ``rows``: every sheet row it was read from, ``row`` the first; ``percent`` 0 to 100.

    ``state`` is a code (``states``), ``state_text`` what the sheet says. ``due_text`` is the deadline's wording, ``immediate``
    that it is 立行立改. ``extra``: header path joined by / → text, for the columns that are no field.
    """

    row: int
    rows: list[int]
    number: str | None = None
    title: str | None = None
    class_: str | None = None
    target: str | None = None
    measures: list[MeasureRow] = field(default_factory=list)
    lead: str | None = None
    owner: str | None = None
    helpers: list[str] = field(default_factory=list)
    handler: str | None = None
    due: date | None = None
    ongoing: bool = False
    immediate: bool = False
    cycle: Cycle | None = None
    due_text: str | None = None
    progress: str | None = None
    percent: int | None = None
    state: str | None = None
    state_text: str | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Plain values under the names of the preview: ``measures`` are texts, ``steps`` the same with all that is said of each."""
        values = _plain(asdict(self))
        values["class"] = values.pop("class_")
        values["measures"] = [measure.text for measure in self.measures]
        values["steps"] = [measure.to_json() for measure in self.measures]
        return values


def _plain(values: dict[str, object]) -> dict[str, object]:
    due = values["due"]
    return values | {"due": due.isoformat() if isinstance(due, date) else None}
