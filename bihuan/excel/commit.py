"""Committing a previewed workbook: all of it in one transaction, or nothing.

The same file again changes nothing; a corrected one amends what was corrected since it was last read; a row that vanished is
reported, never closed or deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from bihuan.actions.house import add_unit
from bihuan.actions.register import demand_office, enter, register_row
from bihuan.actions.step import read_deadline
from bihuan.excel.matching import Values, match, match_measures
from bihuan.excel.preview import Preview
from bihuan.excel.rows import ItemRow, MeasureRow
from bihuan.excel.unit_text import is_collective
from bihuan.ledger import derive
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.due import catch_up
from bihuan.ledger.loose_slips import tidy
from bihuan.ledger.tables import Row
from bihuan.models import Item, Origin
from bihuan.queries.people import Directory, directory
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid
from bihuan.rules.permissions import Actor
from bihuan.rules.procedure import Procedure
from bihuan.rules.workflow import STEPS, State

T = TypeVar("T")

#: What becomes of a row that says it is closed: it is proved again, or accepted as closed before the ledger began.
Closed = Literal["reprove", "history"]
#: So many items are written at a time, to keep memory flat.
_BATCH = 1000


class NothingToImport(Invalid):
    """文件里没有识别出台账。"""

    code = "nothing-to-import"
    default_hint = "请核对表头；可在预览里指定每一列是什么。"


class HasErrors(Invalid):
    """文件有错误，一行也没有导入。"""

    code = "import-errors"
    default_hint = "请在原表中改正后再导入；读错了列的，可在预览里改列的对应关系。"


#: So many places are named in a message; the preview has all of them.
_NAMED = 20


@dataclass(frozen=True)
class Missing:
    """A row that the file no longer has. It is reported and stays as it is."""

    item: int
    number: str
    sheet: str
    row: int
    title: str


@dataclass(frozen=True)
class Conflict:
    """A value that was corrected in the file and changed in the ledger since; the ledger's stays."""

    item: int
    number: str
    field: str
    ledger: str
    file: str


@dataclass(frozen=True)
class Committed:
    """What an import did. ``seq`` is its entry, 0 when nothing changed and nothing was entered."""

    seq: int
    rows: int
    registered: int
    amended: int
    unchanged: int
    units: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass
class _Plan:
    """What is to be done: new rows, corrections with the item they concern, and what is only told."""

    new: list[Values] = field(default_factory=list)
    changed: list[tuple[int, ev.Json]] = field(default_factory=list)
    unchanged: int = 0
    missing: list[Missing] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def commit(
    preview: Preview,
    digest: str,
    register_id: int,
    actor: Actor,
    now: datetime,
    *,
    closed: Closed = "reprove",
    progress: Callable[[int], None] = lambda _done: None,
    using: str = "default",
) -> Committed:
    """Enter the items of ``preview`` (of the file with SHA-256 ``digest``) into the register; ``progress`` hears how many are done.

    Raises HasErrors, NothingToImport, NotFound (register) or NotAllowed; then nothing was entered.
    """
    demand_importable(preview)
    with writing(now, using) as ledger:
        ledger.lock_all()
        register = register_row(ledger, register_id)
        demand_office(ledger, actor, register)
        job = _Job(ledger, actor, register, closed, directory(using), using)
        rows = job.values(preview)
        plan = job.plan(rows)
        seq = job.enter(preview, digest, plan, len(rows), progress)
        return Committed(
            seq,
            len(rows),
            len(plan.new),
            len(plan.changed),
            plan.unchanged,
            job.new_units,
            plan.missing,
            plan.conflicts,
        )


def demand_importable(preview: Preview) -> None:
    """Raise HasErrors and name each place, or NothingToImport and say why of each sheet."""
    places = [place for problem in preview.errors for place in problem.places()]
    if places:
        more = f"；等 {len(places)} 处，全部见预览" if len(places) > _NAMED else ""
        raise HasErrors(f"文件有 {len(places)} 处错误，一行也没有导入：{'；'.join(places[:_NAMED])}{more}。")
    if not preview.items:
        why = "；".join(f"工作表“{sheet.name}”{sheet.refused}" for sheet in preview.sheets if sheet.refused)
        raise NothingToImport(f"文件里没有识别出台账：{why}。" if why else "")


class _Job:
    """One import while its transaction is open."""

    def __init__(
        self, ledger: Ledger, actor: Actor, register: Row, closed: Closed, units: Directory, using: str
    ) -> None:
        self.ledger, self.actor, self.register, self.closed, self.using = (
            ledger,
            actor,
            register,
            closed,
            using,
        )
        self.procedure: Procedure = derive.parsed(
            ledger.rows.get("procedure", register["procedure_id"])["text"]
        )
        self.new_units: list[str] = []
        self._ids = {**units.aliases, **units.units}
        self._root = int(ledger.rows.get("unit", register["unit_id"])["path"].split("/")[1])

    # ---- rows → values ----

    def values(self, preview: Preview) -> list[Values]:
        """Return each row as the values it registers, with its sheet, row and number."""
        return [self._row(sheet.name, row) for sheet in preview.sheets for row in sheet.rows]

    def _row(self, sheet: str, row: ItemRow) -> Values:
        extra = dict(row.extra)
        owner = self._unit(row.owner, extra, "责任单位")
        helpers = [u for name in row.helpers if (u := self._unit(name, extra, "配合单位"))]
        return {
            **row_key(sheet, row),
            "row": row.row,
            "klass": row.class_ or "",
            "target": row.target or "",
            "lead": row.lead or "",
            "owner": owner,
            "helpers": [u for u in dict.fromkeys(helpers) if u != owner],
            "handler": row.handler or "",
            **self._due(row),
            "percent": row.percent or 0,
            "progress": row.progress or "",
            "claimed": (row.state_text or "") if row.state in {"done", "closed"} else "",
            "closed": row.state == "closed" and self.closed == "history",
            "extra": extra,
            "measures": [self._measure(m) for m in row.measures],
        }

    def _unit(self, name: str | None, extra: dict[str, str], what: str) -> int:
        """Return the unit's id, making it when it is new; words for many units are kept as they are written."""
        if not name:
            return 0
        if name in self._ids:
            return self._ids[name]
        if is_collective(name):
            extra[what] = f"{extra[what]}、{name}" if what in extra else name
            return 0
        self._ids[name] = add_unit(self.ledger, self.actor, name, parent=self._root)
        self.new_units.append(name)
        return self._ids[name]

    def _due(self, row: ItemRow) -> ev.Json:
        due = row.due.isoformat() if row.due else ""
        provisional = False
        if row.immediate and not due:
            today = self.ledger.now.date()
            limit = read_deadline(row.due_text, today, derive.calendar_of(self.ledger.rows), self.procedure)
            due, provisional = limit["due"], limit["provisional"]
        return {
            "due": due,
            "due_text": row.due_text or "",
            "ongoing": row.ongoing,
            "cycle": row.cycle or "",
            "provisional": provisional,
        }

    @staticmethod
    def _measure(measure: MeasureRow) -> ev.Json:
        done = measure.state in {"done", "closed"}
        found = {
            "text": measure.text,
            "owner": measure.owner or "",
            "due": measure.due.isoformat() if measure.due else "",
            "due_text": measure.due_text or "",
            "progress": measure.progress or "",
            "state": "done" if done else "",
        }
        return {k: v for k, v in found.items() if v}

    # ---- values → plan ----

    def plan(self, rows: list[Values]) -> _Plan:
        """Compare with what was read last time, and with what the ledger says now."""
        known = list(
            Origin.objects.using(self.using).filter(register_id=self.register["id"]).order_by("item_id")
        )
        pairs = match([o.values for o in known], rows)
        items = Item.objects.using(self.using).in_bulk([known[old].item_id for old in pairs.values()])
        plan = _Plan()
        for index, row in enumerate(rows):
            if index not in pairs:
                plan.new.append(row)
                continue
            origin = known[pairs[index]]
            changes = _corrections(items[origin.item_id], origin.values, row, plan.conflicts)
            if changes:
                plan.changed.append((origin.item_id, changes))
            else:
                plan.unchanged += 1
        seen = {known[old].item_id for old in pairs.values()}
        plan.missing = _missing(
            [o for o in known if o.item_id not in seen], {r["sheet"] for r in rows}, self.using
        )
        return plan

    # ---- plan → entries ----

    def enter(
        self, preview: Preview, digest: str, plan: _Plan, rows: int, progress: Callable[[int], None]
    ) -> int:
        """Append the import and everything that it changes; nothing at all when nothing changed."""
        if not plan.new and not plan.changed:
            return 0
        seq = self.ledger.append(
            ev.ImportCommitted(
                register=self.register["id"],
                file=preview.name,
                digest=digest,
                rows=rows,
                registered=len(plan.new),
                amended=len(plan.changed),
                unchanged=plan.unchanged,
                missing=[{"item": m.item, "row": m.row, "sheet": m.sheet} for m in plan.missing] or None,
                sheets=[{"name": s.name, "rows": len(s.rows)} for s in preview.sheets],
            ),
            self.actor,
        )
        done = plan.unchanged
        for changed in _parts(plan.changed):
            for item, changes in changed:
                self._amend(item, changes, seq)
            self.ledger.checkpoint()
            progress(done := done + len(changed))
        for part in _parts(plan.new):
            for row in part:
                self._register(row, seq)
            self.ledger.checkpoint()
            progress(done := done + len(part))
        return seq

    def _register(self, row: Values, seq: int) -> None:
        begins = State.CLOSED if row["closed"] else (State.WORKING if row["owner"] else State.APPROVED)
        fields = {k: row[k] for k in _REGISTERED if row[k]}
        enter(
            self.ledger,
            self.actor,
            self.register,
            self.procedure,
            {**fields, "state": begins.value, "origin": _origin(row, seq)},
        )

    def _amend(self, item_id: int, changes: ev.Json, seq: int) -> None:
        item = self.ledger.item(item_id)
        assert item is not None
        catch_up(self.ledger, item, self.ledger.now)
        row = changes.pop("row")
        event = ev.ItemAmended(reason="按更正后的台账", origin=_origin(row, seq), **changes)
        at = max(self.ledger.now, item["changed_at"])
        self.ledger.append(event, self.actor, item=item_id, at=at)
        tidy(self.ledger, item, at)


def row_key(sheet: str, row: ItemRow) -> Values:
    """Return what ``matching.match`` knows a row by."""
    return {"sheet": sheet, "number": row.number or "", "title": row.title or ""}


_REGISTERED = (
    "title", "klass", "target", "lead", "owner", "helpers", "handler", "due", "due_text", "ongoing", "cycle",
    "provisional", "percent", "progress", "claimed", "extra", "measures",
)  # fmt: skip
#: What follows from a deadline's words: the same words read on a later day are no correction.
_OF_WORDS = frozenset({"due", "ongoing", "cycle"})
#: Compared between two readings of a file, and what each is called.
_COMPARED = {
    "title": "事项内容", "klass": "类别", "target": "目标", "lead": "牵头领导", "owner": "责任单位", "helpers": "配合单位",
    "handler": "责任人", "due": "时限", "due_text": "时限原文", "ongoing": "长期坚持", "cycle": "反馈周期", "percent": "完成比例",
    "progress": "进展", "claimed": "报称状态", "extra": "其他内容",
}  # fmt: skip


def _origin(row: Values, seq: int) -> ev.Json:
    values = {k: row[k] for k in ("sheet", "number", *_COMPARED)}
    values["measures"] = [{"no": no} | m for no, m in enumerate(row["measures"], 1)]
    return {"import_id": seq, "sheet": row["sheet"], "row": row["row"], "values": values}


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def _corrections(item: Item, old: Values, new: Values, conflicts: list[Conflict]) -> ev.Json:
    """Return the fields of an ItemAmended for what differs from the last reading; conflicts are told and left alone."""
    changes: dict[str, list[Any]] = {}
    same_words = bool(new["due_text"]) and new["due_text"] == old["due_text"]
    for name, label in _COMPARED.items():
        if new[name] == old[name] or (same_words and name in _OF_WORDS):
            continue
        now = _current(item, name)
        if now == new[name]:
            continue
        if now != old[name] or State(item.state) not in STEPS["amend"].frm:
            conflicts.append(Conflict(item.pk, item.number, label, str(now), str(new[name])))
        else:
            changes[name] = [now, new[name]]
    measures, added, listed = _measure_corrections(item, old["measures"], new["measures"])
    if not (changes or measures or added):
        return {}
    row = {**new, "measures": listed}
    return {"changes": changes, "measures": measures or None, "added": added or None, "row": row}


def _current(item: Item, name: str) -> Any:
    value = getattr(item, "owner_id" if name == "owner" else name)
    return value.isoformat() if name == "due" and value else (value if value is not None else "")


def _measure_corrections(
    item: Item, old: list[ev.Json], new: list[ev.Json]
) -> tuple[ev.Json, list[ev.Json], list[ev.Json]]:
    """Return the changed measures by no, the new ones, and all of the file with their nos; what vanished stays."""
    pairs = match_measures([m["text"] for m in old], [m["text"] for m in new])
    changed: ev.Json = {}
    added: list[ev.Json] = []
    listed: list[ev.Json] = []
    for index, measure in enumerate(new):
        if index not in pairs:
            added.append(measure)
            listed.append({**measure, "no": item.measures + len(added)})
            continue
        before = old[pairs[index]]
        listed.append({**measure, "no": before["no"]})
        if differ := _differences(before, measure):
            changed[str(before["no"])] = differ
    return changed, added, listed


def _differences(old: ev.Json, new: ev.Json) -> dict[str, list[str]]:
    empty = {"state": "open"}
    found = {}
    for name in sorted((old.keys() | new.keys()) - {"no"}):
        before, after = old.get(name) or empty.get(name, ""), new.get(name) or empty.get(name, "")
        if before != after:
            found[name] = [before, after]
    return found


def _missing(gone: list[Origin], sheets: set[str], using: str) -> list[Missing]:
    """Report what the sheets at hand had last time and have no longer; sheets that are not in the file say nothing."""
    found = [o for o in gone if o.sheet in sheets]
    numbers = dict(
        Item.objects.using(using).filter(pk__in=[o.item_id for o in found]).values_list("id", "number")
    )
    return [Missing(o.item_id, numbers[o.item_id], o.sheet, o.row, o.values["title"]) for o in found]
