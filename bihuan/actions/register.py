"""Registering an item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bihuan.actions.step import Done, read_deadline, unit_row
from bihuan.ledger import derive
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.permissions import Actor, Role
from bihuan.rules.procedure import Procedure
from bihuan.rules.workflow import State


def register(
    register_id: int,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    using: str = "default",
    **values: Any,
) -> Done:
    """Register an item and return it with its number.

    ``values``: klass, source, channel, target, lead, owner, helpers, handler, due (a date or its words), quantity,
    measures (texts) and extra. Raises NotFound, NotAllowed, Needs or Invalid.
    """
    with writing(now, using) as ledger:
        ledger.lock()
        row = register_row(ledger, register_id)
        demand_office(ledger, actor, row)
        procedure = derive.parsed(ledger.rows.get("procedure", row["procedure_id"])["text"])
        fields = _fields(ledger, procedure, title=title, **values)
        first = State.REGISTERED if procedure.flow.approval else State.APPROVED
        seq = enter(ledger, actor, row, procedure, {**fields, "state": first.value})
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


_TEXTS = ("klass", "source", "channel", "target", "lead", "handler")


def _fields(ledger: Ledger, procedure: Procedure, *, title: str, **values: Any) -> ev.Json:
    unknown = sorted(set(values) - {*_TEXTS, "owner", "helpers", "due", "quantity", "measures", "extra"})
    if unknown:
        raise Invalid(f"登记没有这些内容：{'、'.join(unknown)}。")
    if not title.strip():
        raise Needs("登记还缺：事项内容。")
    fields: ev.Json = {"title": title.strip(), **{k: str(values[k]).strip() for k in _TEXTS if values.get(k)}}
    fields |= _units(ledger, values.get("owner") or 0, values.get("helpers") or ())
    today = ledger.now.astimezone(CHINA).date()
    fields |= read_deadline(values.get("due"), today, derive.calendar_of(ledger.rows), procedure)
    fields |= {k: values[k] for k in ("quantity", "extra") if values.get(k)}
    if measures := [m if isinstance(m, dict) else {"text": m} for m in values.get("measures") or ()]:
        fields["measures"] = measures
    return fields


def _units(ledger: Ledger, owner: int, helpers: Sequence[int]) -> ev.Json:
    for unit in (*((owner,) if owner else ()), *helpers):
        unit_row(ledger, unit)
    found: ev.Json = {"owner": owner} if owner else {}
    if rest := [u for u in dict.fromkeys(helpers) if u != owner]:
        found["helpers"] = rest
    return found
