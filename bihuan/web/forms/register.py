"""The form that registers one item: the columns of its procedure, in their order and under their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from bihuan.queries.people import Directory
from bihuan.rules.procedure_types import Column, Procedure
from bihuan.web.forms import fields as f

_TEXTS = ("source", "channel", "lead", "handler")


class NewItem(forms.Form):
    """What the procedure's columns ask for when an item is registered; what only the work fills in is left out."""

    def __init__(self, procedure: Procedure, units: Directory, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.procedure = procedure
        for column in procedure.columns:
            if made := _field(column, units, procedure):
                self.fields[column.field] = made

    def values(self) -> dict[str, Any]:
        """Return the values for ``actions.register``."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        own = {c.field for c in self.procedure.columns if c.extra}
        values = {("klass" if n == "class" else n): v for n, v in given.items() if n not in own}
        if extra := {n: str(v) for n, v in given.items() if n in own}:
            values["extra"] = extra
        if "measures" in values:
            values["measures"] = [line.strip() for line in values["measures"].splitlines() if line.strip()]
        if "quantity" in values and self.procedure.quantity:
            values["quantity"] = {"target": values["quantity"], "unit": self.procedure.quantity.unit}
        return values


def _field(column: Column, units: Directory, procedure: Procedure) -> forms.Field | None:
    if column.extra:
        return _own(column)
    make = _BUILT_IN.get(column.field)
    return make(column, units, procedure) if make else None


def _own(column: Column) -> forms.Field:
    if column.choices and not column.open:
        return f.choice(
            column.label, [("", "—"), *((c, c) for c in column.choices)], required=column.required
        )
    made = f.line(column.label, required=column.required)
    if column.type == "date":
        made.widget.input_type = "date"
    return made


def _text(column: Column, _units: Directory, _procedure: Procedure) -> forms.Field:
    return f.line(column.label, required=column.required)


def _class(column: Column, _units: Directory, _procedure: Procedure) -> forms.Field:
    if column.choices and not column.open:
        return _own(column)
    known = f"常用：{'、'.join(column.choices)}。" if column.choices else ""
    return f.line(column.label, required=column.required, help_text=known)


def _long(column: Column, _units: Directory, _procedure: Procedure) -> forms.Field:
    return f.text(column.label, required=column.required, rows=3)


def _measures(column: Column, _units: Directory, _procedure: Procedure) -> forms.Field:
    return f.text(column.label, required=column.required, rows=4, help_text="每行一条。")


def _owner(column: Column, units: Directory, _procedure: Procedure) -> forms.Field:
    return f.UnitField(units, column.label, required=column.required)


def _helpers(column: Column, units: Directory, _procedure: Procedure) -> forms.Field:
    return f.UnitsField(units, column.label, required=column.required, help_text="多个单位用顿号隔开。")


def _due(column: Column, _units: Directory, _procedure: Procedure) -> forms.Field:
    return f.line(column.label, required=column.required, help_text=f.DEADLINE_HELP)


def _quantity(column: Column, _units: Directory, procedure: Procedure) -> forms.Field | None:
    return f.number(column.label, unit=procedure.quantity.unit) if procedure.quantity else None


_BUILT_IN: dict[str, Callable[[Column, Directory, Procedure], forms.Field | None]] = {
    "title": _long,
    "class": _class,
    "target": _long,
    "measures": _measures,
    "owner": _owner,
    "helpers": _helpers,
    "due": _due,
    "quantity": _quantity,
    **dict.fromkeys(_TEXTS, _text),
}
