"""Registering an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bihuan.actions.columns import check_choices, check_required, read_extra
from bihuan.actions.measures import new_measure, read_quantity
from bihuan.actions.step import Done, read_deadline, unit_row
from bihuan.actions.values import check_values
from bihuan.ledger import derive
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Needs, NotAllowed, NotFound
from bihuan.rules.permissions import Actor, Role
from bihuan.rules.procedure import Procedure
from bihuan.rules.workflow import State


def register(
    register_id: int,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    klass: str = "",
    source: str = "",
    channel: str = "",
    target: str = "",
    lead: str = "",
    owner: int = 0,
    helpers: Sequence[int] = (),
    handler: str = "",
    due: object = None,
    quantity: Mapping[str, Any] | None = None,
    measures: Sequence[Mapping[str, str] | str] = (),
    extra: Mapping[str, Any] | None = None,
    using: str = "default",
) -> Done:
    """Register an item and return it with its number.

    ``due`` is a date or its words; ``measures`` are texts or objects with ``text, target, owner, due``; ``quantity`` is an
    object with ``target`` and optionally ``unit, done, milestones``; ``extra`` holds the procedure's own columns.
    Raises NotFound, NotAllowed, Needs or Invalid.
    """
    given: ev.Json = {
        "title": title, "klass": klass, "source": source, "channel": channel, "target": target, "lead": lead,
        "owner": owner, "helpers": helpers, "handler": handler, "due": due, "quantity": quantity, "measures": measures,
        "extra": extra,
    }  # fmt: skip
    check_values("登记", register, given)
    with writing(now, using) as ledger:
        ledger.lock()
        row = register_row(ledger, register_id)
        demand_office(ledger, actor, row)
        return enter_item(ledger, actor, row, given)


#: What ``register`` takes where nothing is given.
_NOTHING: ev.Json = {
    "title": "", "klass": "", "source": "", "channel": "", "target": "", "lead": "", "owner": 0, "helpers": (),
    "handler": "", "due": None, "quantity": None, "measures": (), "extra": None,
}  # fmt: skip


def enter_item(ledger: Ledger, actor: Actor, register_row: Row, given: ev.Json) -> Done:
    """Register an item inside an open transaction; ``given`` are checked values of ``register``.

    It asks nobody's permission: that is for the caller to do.
    """
    procedure = derive.parsed(ledger.rows.get("procedure", register_row["procedure_id"])["text"])
    fields = _fields(ledger, procedure, {**_NOTHING, **given})
    first = State.REGISTERED if procedure.flow.approval else State.APPROVED
    seq = enter(ledger, actor, register_row, procedure, {**fields, "state": first.value})
    item = ledger.rows.get("item", seq)
    return Done(seq, item["number"], item["version"], item["state"], seq)


def register_row(ledger: Ledger, register_id: int) -> Row:
    """Return the register with ``register_id``. Raises NotFound."""
    row = ledger.rows.find("register", register_id)
    if row is None:
        raise NotFound(f"没有编号为 {register_id} 的清单。")
    return row


def demand_office(ledger: Ledger, actor: Actor, register_row: Row) -> None:
    """Raise NotAllowed unless ``actor`` supervises the register."""
    if not actor.holds({Role.SUPERVISOR}, ledger.rows.get("unit", register_row["unit_id"])["path"]):
        raise NotAllowed("登记事项须由督办单位的督办员办理，您没有这一岗位。")


def enter(ledger: Ledger, actor: Actor, register_row: Row, procedure: Procedure, fields: ev.Json) -> int:
    """Give the next number of the procedure's series and append the registration; returns the item's id."""
    year = ledger.now.astimezone(CHINA).year
    series = procedure.series(year, register_row["name"])
    no = ledger.next_number(series)
    number = procedure.number_text(year, no, register_row["name"])
    event = ev.ItemRegistered(register=register_row["id"], no=no, number=number, series=series, **fields)
    return ledger.append(event, actor)


_TEXTS = ("title", "klass", "source", "channel", "target", "lead", "handler")


def _fields(ledger: Ledger, procedure: Procedure, given: ev.Json) -> ev.Json:
    """Read what is given and hold it against the procedure's columns."""
    if not given["title"].strip():
        raise Needs("登记还缺：事项内容。")
    calendar, today = derive.calendar_of(ledger.rows), ledger.now.astimezone(CHINA).date()
    fields: ev.Json = {k: text for k in _TEXTS if (text := given[k].strip())}
    fields |= _units(ledger, given["owner"], given["helpers"])
    fields |= read_deadline(given["due"], today, calendar, procedure)
    if given["quantity"]:
        fields["quantity"] = read_quantity(given["quantity"], procedure)
    if given["extra"]:
        fields["extra"] = read_extra(given["extra"], procedure)
    if given["measures"]:
        fields["measures"] = [new_measure(m, today, calendar) for m in given["measures"]]
    check_required(procedure, fields)
    check_choices(procedure, fields)
    return fields


def _units(ledger: Ledger, owner: int, helpers: Sequence[int]) -> ev.Json:
    for unit in (*((owner,) if owner else ()), *helpers):
        unit_row(ledger, unit)
    found: ev.Json = {"owner": owner} if owner else {}
    if rest := [u for u in dict.fromkeys(helpers) if u != owner]:
        found["helpers"] = rest
    return found
