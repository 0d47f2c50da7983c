"""Who the simulated people are and what they open: the one table behind ``bihuan bench web``.

Every page of the demonstration is opened (``bihuan.demo.pages``): those named here so many times as often as the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: Each of them opens a page, reads it for so many seconds in the mean (some longer, some shorter), opens the next.
THINK_SECONDS = 3.0
#: The twentieth, who opens every page of everybody in turn, rests only so long between two.
RESTLESS_SECONDS = 0.25


@dataclass(frozen=True)
class Group:
    """People of one role: how many, which of their pages they open more often than once in a round, and how often."""

    people: int
    often: dict[str, int] = field(default_factory=dict)


#: Account of the demonstration → its people. Together 19; the twentieth opens every page of everybody in turn.
MIX: dict[str, Group] = {
    "duban": Group(
        4, {"todo": 8, "items": 8, "items-fragment": 8, "item-working": 8, "overview": 4, "slips": 4}
    ),
    "chengban": Group(7, {"handler-todo": 5, "handler-item": 5, "handler-items": 3, "handler-unchanged": 3}),
    "fuzeren": Group(2, {"head-todo": 3, "head-items": 2}),
    "lingdao": Group(2, {"lead-overview": 3, "lead-todo": 2}),
    "shenhe": Group(1, {"reviewer-todo": 2, "reviewer-item": 3}),
    "jiancha": Group(1, {"checker-todo": 2}),
    "shenji": Group(1),
    "admin": Group(1),
}


def _working() -> int:
    """An item that the handler works on."""
    from bihuan.demo.pages import working_of  # the table is also read where Django is not set up

    return working_of("chengban")


#: Account → parts of pages as htmx asks for them: what a filter, a choice or a button brings.
FRAGMENTS: dict[str, dict[str, str | Callable[[], str]]] = {
    "duban": {
        "items-fragment": "/items/?state=working&q=路面破损",
        "overview-fragment": "/overview/?by=unit",
        "overview-more-fragment": "/overview/more/",
        "step-fragment": lambda: f"/items/{_working()}/extend/",
        "cell-fragment": lambda: f"/items/{_working()}/cell/lead/",
        "library-fragment": "/library/?q=整改",
        "suggest-fragment": "/library/suggest/?q=整改",
    },
    "chengban": {"report-fragment": lambda: f"/items/{_working()}/report/"},
}


@dataclass(frozen=True)
class Visit:
    """One thing somebody opens: by which account, under which name, where, and whether htmx asks for it."""

    account: str
    name: str
    address: str
    fragment: bool = False


def visits() -> list[Visit]:
    """Every page and fragment, with its address in this ledger."""
    from bihuan.demo.pages import PAGES

    return [*_of(PAGES, fragment=False), *_of(FRAGMENTS, fragment=True)]


def _of(table: dict[str, dict[str, Any]], *, fragment: bool) -> list[Visit]:
    return [
        Visit(account, name, address if isinstance(address, str) else address(), fragment)
        for account, pages in table.items()
        for name, address in pages.items()
    ]
