"""Proposed tasks that a clerk accepts become items of a register, each with the document and the sentence it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bihuan.actions.register import register as register_item
from bihuan.ledger.append import alone
from bihuan.library.citing import cited_as
from bihuan.library.lines import squeezed
from bihuan.library.store import date_of
from bihuan.library.tasks.decompose import Task
from bihuan.models import Item, Register
from bihuan.queries.people import Directory, directory
from bihuan.rules.errors import Invalid
from bihuan.rules.permissions import Actor
from bihuan.rules.workflow import State

FIELDS = ("text", "owner", "helpers", "due", "ongoing")


@dataclass(frozen=True)
class Accepted:
    """What became of one task: its place among the proposals (from 1) and the item's number.

    ``already``: it was an item of the register before; ``unknown`` names units that the ledger does not have.
    """

    no: int
    number: str
    already: bool = False
    unknown: tuple[str, ...] = ()


def corrected(task: Task, field: str, value: str) -> Task:
    """Return the task with one field put right; its place and sentence stay. Raises Invalid."""
    plain = value.strip()
    if field not in FIELDS:
        raise Invalid(f"任务没有“{field}”这一项。", hint=f"可以改：{'、'.join(FIELDS)}。")
    if field == "helpers":
        return replace(task, helpers=tuple(name for name in plain.replace("，", "、").split("、") if name))
    if field == "ongoing":
        return replace(task, ongoing=plain in {"是", "true", "1"})
    if field == "due":
        if plain and date_of(plain) is None:
            raise Invalid(f"日期“{value}”读不懂。", hint="请写成 2025-12-31。")
        return replace(task, due=date_of(plain), due_text="")
    if field == "text" and not plain:
        raise Invalid("任务内容不能是空的。")
    return replace(task, owner=plain) if field == "owner" else replace(task, text=plain)


@dataclass(frozen=True)
class Proposal:
    """A task to register: ``no`` among the proposals, as corrected, with the document it came from and how it was read there."""

    no: int
    task: Task
    read: Task
    title: str
    text: str
    digest: str

    @property
    def place(self) -> str:
        """Where it stands, as the item's source says it: the document by its digest, the characters without blanks.

        Neither depends on the file or on the way by which it was brought, so that the same task is known again.
        """
        start, end = (len(squeezed(self.text[:at])) for at in (self.read.start, self.read.end))
        return f"{cited_as(self.digest)}第 {start}～{end} 字："


def accept(
    proposals: Sequence[Proposal], register: int, actor: Actor, now: datetime, using: str = "default"
) -> list[Accepted]:
    """Register each task, all of them or none; what the register's office has from the same place already stays as it is.

    Two people who accept the same task at once get one item: whoever is second looks when the first has done. Raises what
    ``register`` raises.
    """
    with alone(using):
        units = directory(using)
        return [_accept(one, register, actor, now, units, using) for one in proposals]


def _accept(
    one: Proposal, register: int, actor: Actor, now: datetime, units: Directory, using: str
) -> Accepted:
    no, task, sentence = one.no, one.task, one.read.text
    same = _registered(one, register, using)
    if same is not None:
        return Accepted(no, same.number, already=True)
    named = [(name, units.id_of(name)) for name in (task.owner, *task.helpers) if name]
    done = register_item(
        register, actor, now, title=task.text, source=f"《{one.title}》{one.place}{sentence}",
        owner=(units.id_of(task.owner) or 0) if task.owner else 0,
        helpers=[unit for name, unit in named if unit and name != task.owner], **_due(task), using=using,
    )  # fmt: skip
    return Accepted(no, done.number, unknown=tuple(name for name, unit in named if unit is None))


def _registered(one: Proposal, register: int, using: str) -> Item | None:
    """The item that the same sentence of the same document became, in a register of the same office; a cancelled one is none."""
    registers = Register.objects.using(using)
    office = registers.filter(pk=register).values("unit_id")[:1]
    rows = (
        Item.objects.using(using)
        .filter(register_id__in=registers.filter(unit_id=office).values("id"), source__contains=one.place)
        .exclude(state=State.CANCELLED)
        .order_by("id")
    )
    return next((row for row in rows if _sentence(row.source) == squeezed(one.read.text)), None)


def _sentence(source: str) -> str:
    return squeezed(source.partition(" 字：")[2])


def _due(task: Task) -> dict[str, Any]:
    """The wording where there is one, because the ledger keeps it; else the date; else 长期坚持 for what goes on."""
    if task.due is not None:
        return {"due": task.due.isoformat()}
    return {"due": "长期坚持"} if task.ongoing else {}
