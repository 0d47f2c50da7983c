"""Writing over a value in its place in the table: each change is a correction in the ledger and can be taken back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from bihuan.actions import do
from bihuan.queries.item import Detail
from bihuan.rules.errors import BihuanError, NotFound, WrongState
from bihuan.rules.permissions import Duty
from bihuan.rules.workflow import STEPS
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.columns import Column, all_columns
from bihuan.web.errors import status_of
from bihuan.web.views.item import visible


@opens_to(Duty.READ, "GET", "POST")
def cell(request: Request, item_id: int, key: str) -> HttpResponse:
    """Show one cell with its field, or write it; the answer is the cell alone."""
    found = visible(request, item_id)
    column = next((c for c in all_columns(found.procedure) if c.key == key and c.editable), None)
    if column is None:
        raise NotFound("这一列不能在表里改。", hint="请到事项页面用“更正”。")
    if "amend" not in {s.action for s in found.steps}:
        raise WrongState(f"您现在不能更正：{STEPS['amend'].why}")
    if request.method == "GET":
        editing = "stop" not in request.GET
        return _cell(request, found, column, editing=editing, typed=_value(found, key))
    typed = " ".join(request.POST.get("value", "").split())
    return _write(request, found, column, typed)


def _write(request: Request, found: Detail, column: Column, typed: str) -> HttpResponse:
    before, seen = _value(found, column.key), request.POST.get("version", "")
    if typed == before:
        return _cell(request, found, column, typed=typed)
    undo = "undo" in request.POST
    try:
        do(
            "amend", found.item.pk, request.who.actor, dates.now(), version=int(seen) if seen.isdecimal() else None,
            changes={column.key: typed}, reason="撤销刚才的更正" if undo else "在台账里更正",
        )  # fmt: skip
    except BihuanError as error:
        again = visible(request, found.item.pk)
        return _cell(
            request, again, column, editing=True, typed=typed, error=str(error), status=status_of(error)
        )
    return _cell(request, visible(request, found.item.pk), column, before=None if undo else before)


def _value(found: Detail, key: str) -> str:
    """Return the value as it is written over: a deadline in the words in which it was given."""
    item = found.item
    if key == "due":
        return item.due_text or (item.due.isoformat() if item.due else "")
    return str(getattr(item, key))


def _cell(
    request: Request, found: Detail, column: Column, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"item": found.item, "column": column, "text": _value(found, column.key)}
    return render(request, "items_cell.html", context, status=status)
