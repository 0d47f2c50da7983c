"""What somebody chose to see of the items: the same choices behind the list of the pages and that of the API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from bihuan.models import Campaign, Register
from bihuan.queries.items import Filter
from bihuan.queries.scope import Scope
from bihuan.rules.errors import NotAllowed
from bihuan.rules.workflow import OPEN, RUNNING, STATE_NAMES, State

#: Choices of the state field that stand for several states; a figure of the overview opens the list with one of these.
GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "counted": ("登记事项（不含并案、撤销）", frozenset(State) - {State.MERGED, State.CANCELLED}),
    "open": ("在办", OPEN),
    "running": ("在办、未挂起", RUNNING),
    "checking": ("审核中和待销号", frozenset({State.REVIEWING, State.PASSED})),
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
        """Return the part of an address that says the same; saved views keep it."""
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
