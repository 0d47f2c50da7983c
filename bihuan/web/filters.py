"""The filter of a list, as its address carries it: every link to a list and the list itself read it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from bihuan.models import Campaign, Register
from bihuan.queries.items import SORTS, Filter
from bihuan.queries.scope import Scope
from bihuan.rules.errors import Invalid, NotAllowed
from bihuan.rules.procedure_types import COLOURS, WORST_FIRST
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import OPEN, STATE_NAMES, State
from bihuan.web import dates

#: Choices of the state field that stand for several states; a figure of the overview opens the list with one of these.
GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "counted": ("登记事项（不含并案、撤销）", frozenset(State) - {State.MERGED, State.CANCELLED}),
    "open": ("在办", OPEN),
    "checking": ("审核中和待销号", frozenset({State.REVIEWING, State.PASSED})),
}
#: Figure of a tile → the filter of the list behind it.
BEHIND: dict[str, dict[str, str]] = {
    "registered": {"state": "counted"},
    "open": {"state": "open"},
    "finished": {"state": "closed"},
    "finishing_rate": {"state": "closed"},
    "overdue": {"overdue": "1"},
    "reviewing": {"state": "checking"},
    "suspended": {"state": "suspended"},
    "reopened": {"reopened": "1"},
}
PARTS = {"owner": "主办", "helper": "配合"}


@dataclass(frozen=True)
class Chosen:
    """What the person chose; "" and 0 choose nothing."""

    campaign: int = 0
    register: int = 0
    state: str = ""
    colour: str = ""
    owner: int = 0
    klass: str = ""
    part: str = ""
    overdue: bool = False
    reopened: bool = False
    waiting: str = ""
    due_from: date | None = None
    due_until: date | None = None
    lead: str = ""
    handler: str = ""
    source: str = ""
    text: str = ""
    sort: str = "due"
    columns: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order and the columns is chosen."""
        return replace(self, sort="due", columns=()) != Chosen()

    def query(self) -> str:
        """Return the part of the address that says the same."""
        pairs: dict[str, Any] = {
            "campaign": self.campaign,
            "register": self.register,
            "state": self.state,
            "colour": self.colour,
            "owner": self.owner,
            "class": self.klass,
            "part": self.part,
            "overdue": int(self.overdue),
            "reopened": int(self.reopened),
            "waiting": self.waiting,
            "due_from": self.due_from or "",
            "due_until": self.due_until or "",
            "lead": self.lead,
            "handler": self.handler,
            "source": self.source,
            "q": self.text,
            "sort": "" if self.sort == "due" else self.sort,
            "col": self.columns,
        }
        return urlencode({name: value for name, value in pairs.items() if value}, doseq=True)


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


def registers_of(chosen: Chosen, scope: Scope) -> list[Register]:
    """Return the registers that the choice covers. Raises NotAllowed for one outside ``scope``."""
    if chosen.register:
        return [scope.register(chosen.register)]
    if chosen.campaign:
        return scope.registers_in(campaign_of(chosen.campaign, scope))
    return scope.registers


def campaign_of(campaign_id: int, scope: Scope) -> Campaign:
    """Return the campaign, or the newest for 0. Raises NotAllowed for one outside ``scope``."""
    found = scope.campaigns if not campaign_id else [c for c in scope.campaigns if c.pk == campaign_id]
    if not found:
        raise NotAllowed("没有这项专项工作，或它没有您单位的事项。")
    return found[0]


def filter_of(chosen: Chosen, registers: list[Register], scope: Scope) -> Filter:
    """Return what the list query takes, never more than ``scope`` lets through."""
    reach = {scope.units_in(r) for r in registers}
    return Filter(
        registers=tuple(r.pk for r in registers),
        states=states_of(chosen.state),
        colours=(chosen.colour,) if chosen.colour else (),
        owner=chosen.owner,
        klass=chosen.klass,
        part=chosen.part,
        overdue=chosen.overdue,
        reopened=chosen.reopened,
        waiting=chosen.waiting,
        due_from=chosen.due_from,
        due_until=chosen.due_until,
        lead=chosen.lead,
        handler=chosen.handler,
        source=chosen.source,
        text=chosen.text,
        units=None if reach == {None} else scope.units,
    )


def states_of(choice: str) -> tuple[str, ...]:
    """Return the states that a choice stands for, in the order of an item's life; none for no choice."""
    if not choice:
        return ()
    wanted = GROUPS[choice][1] if choice in GROUPS else {choice}
    return tuple(s for s in STATE_NAMES if s in wanted)


def address(**choice: object) -> str:
    """Return the address of the list for ``choice`` (names as in the address); empty values are left out."""
    query = urlencode({name: value for name, value in choice.items() if value})
    return reverse("items") + (f"?{query}" if query else "")


COLOUR_CHOICES = [(name, COLOURS[name]) for name in WORST_FIRST]
