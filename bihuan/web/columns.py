"""The columns of the register's table: which there are, which are shown, and which may be written over in their place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bihuan.rules.procedure_types import Procedure


@dataclass(frozen=True)
class Column:
    """One column: ``key`` in the address, its name, and the sort that its header stands for ("" none).

    ``editable`` may be written over; ``own`` is a field that the procedure adds.
    """

    key: str
    label: str
    sort: str = ""
    editable: bool = False
    own: bool = False

    @property
    def field(self) -> str:
        """The name under which an item keeps it."""
        return self.key.removeprefix(_OWN) if self.own else self.key


#: Fields that the procedure adds stand under this mark, so that none of them is taken for a built-in one.
_OWN = "x_"
BUILT_IN: tuple[Column, ...] = (
    Column("title", "事项内容", editable=True),
    Column("owner", "责任单位"),
    Column("due", "时限", sort="due", editable=True),
    Column("colour", "亮灯"),
    Column("state", "状态"),
    Column("percent", "进度"),
    Column("changed", "更新", sort="changed"),
    Column("klass", "类别", editable=True),
    Column("lead", "牵头领导", editable=True),
    Column("handler", "责任人", editable=True),
    Column("helpers", "配合单位"),
    Column("measures", "措施"),
    Column("progress", "最新进展"),
    Column("source", "来源", editable=True),
    Column("target", "目标", editable=True),
    Column("registered", "登记"),
)
USUAL = ("title", "owner", "due", "colour", "state", "percent", "changed")


#: What a row needs whichever columns are shown, and what some columns need beside the field of their name.
_ALWAYS = ("id", "number", "register_id", "procedure_id", "state", "owner_id", "helpers")
_FIELDS = {
    "title": ("title", "klass", "reopens", "waiting"),
    "owner": (),
    "due": ("due", "overdue", "ongoing", "closed_at"),
    "changed": ("changed_at",),
    "registered": ("registered_at",),
    "measures": ("measures", "measures_done"),
}


def fields_of(columns: Iterable[Column]) -> list[str]:
    """Return the fields of an item that the rows of a list with these columns need."""
    own = [("extra",) if c.own else _FIELDS.get(c.key, (c.key,)) for c in columns]
    return list(dict.fromkeys([*_ALWAYS, *(field for fields in own for field in fields)]))


def all_columns(procedure: Procedure | None) -> list[Column]:
    """Return the columns of a list: the built-in ones under the procedure's names, and its own; None for several registers."""
    if procedure is None:
        return list(BUILT_IN)
    names = {("klass" if c.field == "class" else c.field): c.label for c in procedure.columns if not c.extra}
    built = [Column(c.key, names.get(c.key, c.label), c.sort, c.editable) for c in BUILT_IN]
    own = [Column(f"{_OWN}{c.field}", c.label, own=True) for c in procedure.columns if c.extra]
    return built + own


def shown(columns: Sequence[Column], chosen: Iterable[str]) -> list[Column]:
    """Return the columns that are shown: those chosen, in the order of the table; the usual ones where none is."""
    wanted = set(chosen) or set(USUAL)
    return [c for c in columns if c.key in wanted]
