"""The address of the facts behind a figure, and what a cut of it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus

from bihuan.queries.people import unit_labels
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid
from bihuan.rules.figures import FIGURES, Ref
from bihuan.rules.inspection import MODE_NAMES
from bihuan.rules.procedure_slips import KINDS
from bihuan.rules.procedure_types import COLOURS
from bihuan.rules.workflow import STATE_NAMES
from bihuan.web import dates, filters
from bihuan.web.addresses import address, query_of

_MARK = "FIGURE"
_NAMES = {"register": "register", "unit": "owner", "class": "class", "colour": "colour"}


def facts_address(campaign: int, ref: Ref | str, as_of: datetime | None = None, seq: int = 0) -> str:
    """Return where the facts behind ``ref`` are shown, as of ``as_of`` (None: now) from the entries up to ``seq`` (0: all)."""
    at = as_of.astimezone(CHINA).isoformat() if as_of else ""
    pairs = {"campaign": campaign, "ref": str(ref), "as_of": at, "seq": seq}
    return f"{address('facts')}?{query_of(pairs)}"


@dataclass(frozen=True)
class Links:
    """Where the numbers of one page lead: to the list with the same filter, or else to the facts.

    A list shows how things are now; so the numbers of an earlier moment (``as_of``) lead to their facts.
    """

    campaign: int
    part: str = ""
    as_of: datetime | None = None

    @cached_property
    def _around_ref(self) -> tuple[str, str]:
        """What stands before and behind the figure in the address of its facts: a page has hundreds of them."""
        before, _, after = facts_address(self.campaign, _MARK, self.as_of).partition(_MARK)
        return before, after

    def to(self, ref: Ref, **choice: object) -> str:
        """Return the address behind ``ref``; ``choice`` is the filter of the list that has just so many, none for no such list."""
        if self.as_of is not None or not choice:
            before, after = self._around_ref
            return f"{before}{quote_plus(str(ref))}{after}"
        return filters.address(campaign=self.campaign, part=self.part, **choice)


def list_address(campaign: int, ref: Ref) -> str:
    """Return the list of just the items that ``ref`` counts now, "" where the filters of the list cannot say it."""
    if ref.name not in filters.BEHIND or any(dim not in _NAMES for dim, _ in ref.dims):
        return ""
    choice: dict[str, object] = {"campaign": campaign, **filters.BEHIND[ref.name]}
    return filters.address(**choice | {_NAMES[dim]: wanted for dim, wanted in ref.dims})


def read_instant(given: Mapping[str, str]) -> datetime | None:
    """Read ``as_of``: an instant, or a day, which is its end; None for none. Raises Invalid for what is neither."""
    text = given.get("as_of", "")
    if not text:
        return None
    day = dates.read_day(text) if len(text) == len("2026-03-05") else None
    if day is not None:
        return dates.end_of(day)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid(f"网址里的时点 as_of={text} 读不懂。", hint="请从报告或总览里点数字进来。")
    return found


def cut_words(ref: Ref, registers: Mapping[int, str]) -> str:
    """Return what the figure is cut by, in words: 问题清单，红灯."""
    units: dict[int, str] = unit_labels() if "unit" in dict(ref.dims) else {}
    known: dict[str, Mapping[Any, str]] = {
        "register": {str(k): v for k, v in registers.items()},
        "unit": {str(k): v for k, v in units.items()},
        "colour": COLOURS,
        "state": STATE_NAMES,
        "kind": {**KINDS, **MODE_NAMES},
    }
    words = [
        f"{wanted}以来" if dim == "since" else known.get(dim, {}).get(wanted, wanted)
        for dim, wanted in ref.dims
    ]
    return "，".join(words)


def whole_words(ref: Ref, registers: Mapping[int, str]) -> str:
    """Return the figure's name with its cut: 在办（问题清单，红灯）."""
    cut = cut_words(ref, registers)
    label = FIGURES[ref.name].label
    return f"{label}（{cut}）" if cut else label
