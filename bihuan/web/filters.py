"""The filter of a list, as its address carries it: every link to a list and the list itself read it here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import QueryDict

from bihuan.queries.chosen import (
    GROUPS,
    PARTS,
    Chosen,
    campaign_of,
    filter_of,
    registers_of,
    states_of,
)
from bihuan.queries.items import SORTS
from bihuan.rules.errors import Invalid
from bihuan.rules.procedure_types import COLOURS, WORST_FIRST
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import STATE_NAMES
from bihuan.web import dates
from bihuan.web.addresses import address as page_address
from bihuan.web.addresses import query_of

__all__ = ["BEHIND", "COLOUR_CHOICES", "GROUPS", "PARTS", "Chosen", "address", "campaign_of", "filter_of", "read", "registers_of",
           "states_of"]  # fmt: skip

#: Figure → the filter of the list of just the items that it counts now. What counts times, or is a rate, has none.
BEHIND: dict[str, dict[str, str]] = {
    "registered": {"state": "counted"},
    "open": {"state": "open"},
    "finished": {"state": "closed"},
    "overdue": {"overdue": "1"},
    "reviewing": {"state": "checking"},
    "suspended": {"state": "suspended"},
}


def read(given: QueryDict) -> Chosen:
    """Read an address. Raises Invalid for a value that is none: a list never shows something else than was asked."""
    return Chosen(
        campaign=_number(given, "campaign"),
        register=_number(given, "register"),
        state=_one_of(given, "state", {*STATE_NAMES, *GROUPS}),
        colour=_one_of(given, "colour", set(WORST_FIRST)),
        owner=_number(given, "owner"),
        klass=given.get("class", ""),
        part=_one_of(given, "part", set(PARTS)),
        overdue=given.get("overdue") == "1",
        reopened=given.get("reopened") == "1",
        waiting=_one_of(given, "waiting", set(WAITING_NAMES)),
        due_from=_day(given, "due_from"),
        due_until=_day(given, "due_until"),
        lead=_words(given, "lead"),
        handler=_words(given, "handler"),
        source=_words(given, "source"),
        text=_words(given, "q"),
        sort=_one_of(given, "sort", set(SORTS)) or "due",
        columns=tuple(dict.fromkeys(given.getlist("col"))),
    )


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "") or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid(f"网址里的筛选条件 {name}={text} 读不懂。", hint="请从台账页面重新选择。")
    return int(text)


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "")
    day = dates.read_day(text)
    if text and day is None:
        raise Invalid(f"网址里的日期 {name}={text} 读不懂。", hint="请写成 2026-03-05 的样子。")
    return day


def _words(given: Mapping[str, str], name: str) -> str:
    return " ".join(given.get(name, "").split())


def _one_of(given: Mapping[str, str], name: str, known: set[str]) -> str:
    text = given.get(name, "")
    if text and text not in known:
        raise Invalid(f"网址里的筛选条件 {name}={text} 读不懂。", hint="请从台账页面重新选择。")
    return text


def address(**choice: object) -> str:
    """Return the address of the list for ``choice`` (names as in the address); empty values are left out."""
    query = query_of(choice)
    return page_address("items") + (f"?{query}" if query else "")


COLOUR_CHOICES = [(name, COLOURS[name]) for name in WORST_FIRST]
