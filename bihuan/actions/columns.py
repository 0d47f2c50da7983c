"""What the columns of a procedure ask of an item's values: filled in where required, chosen where there is a choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bihuan.rules.errors import Invalid, Needs
from bihuan.rules.procedure import Procedure
from bihuan.rules.procedure_types import Column

#: What a column's field is called in an item, where it differs.
_NAMES = {"class": "klass"}


def value_of(values: Mapping[str, Any], column: Column) -> Any:
    """Return the value that ``column`` shows of an item's ``values``."""
    if column.extra:
        return (values.get("extra") or {}).get(column.field, "")
    return values.get(_NAMES.get(column.field, column.field), "")


def check_required(procedure: Procedure, values: Mapping[str, Any]) -> None:
    """Raise Needs when a required column, or the target amount, is not filled in."""
    missing = [
        c.label for c in procedure.columns if c.required and value_of(values, c) in (None, "", 0, [], {})
    ]
    quantity = procedure.quantity
    if quantity and quantity.required and not values.get("quantity") and quantity.label not in missing:
        missing.append(quantity.label)
    if missing:
        raise Needs(f"登记还缺：{'、'.join(missing)}。")


def check_choices(procedure: Procedure, values: Mapping[str, Any]) -> None:
    """Raise Invalid when a value is not among the choices of its column."""
    for column in procedure.columns:
        value = value_of(values, column)
        if isinstance(value, str) and not column.allows(value):
            raise Invalid(f"“{value}”不是可选的{column.label}。", hint=f"可选：{'、'.join(column.choices)}。")


def read_extra(given: object, procedure: Procedure) -> dict[str, Any]:
    """Return the values of other columns: texts and whole numbers by name. Raises Invalid."""
    if not isinstance(given, Mapping) or not all(isinstance(k, str) for k in given):
        raise Invalid(f"其他内容应是一组名称和内容，给的是 {given!r}。")
    for name, value in given.items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            column = procedure.column(name)
            raise Invalid(f"{column.label if column else name}应是文字或整数，给的是 {value!r}。")
    return dict(given)
