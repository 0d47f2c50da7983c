"""What a stage report tells of the work around its items: slips, inspections, findings, institutions, each unit's burden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from bihuan.ledger.facts import fact_of
from bihuan.models import Entry, Happening, Institution
from bihuan.reports.context import Breakdown, Column, IssuedRule, Row
from bihuan.rules.events import InstitutionIssued
from bihuan.rules.figures import FIGURES, Deeds
from bihuan.rules.inspection import MODE_NAMES
from bihuan.rules.procedure_slips import KINDS

#: Notes a figure that is printed and returns its reference; as ``stage._Source.ref``.
Noting = Callable[..., str]

_SLIPS = ("slips", "slips_asked", "slips_answered", "slips_answered_in_time", "slips_in_time_rate")
_MODES = ("inspections", "inspected", "findings", "findings_registered")
_FINDINGS = ("findings", "findings_registered")
_BURDEN = ("slips", "slips_asked", "inspected", "meetings")
#: What is counted as asked of a unit: a meeting counts where it decided on the unit's items, whoever was called to it.
ASKED = frozenset({"slip-issued", "slip-asked", "inspected", "meeting-item"})


def tables(
    found: Deeds, period: Deeds, units: dict[int, str], note: Noting, since: date | None
) -> dict[str, Breakdown]:
    """Return the tables of a report by their names in its context; one of nothing has no rows.

    ``period`` are the deeds from ``since`` on: units of which nothing was asked then are not in the table of burdens.
    """
    slips, modes = (
        _there(found, "slip-issued", "kind"),
        _there(found, "inspection", "kind") | _there(found, "finding", "kind"),
    )
    asked = {deed.unit for deed, times in period.items() if times and deed.what in ASKED}
    start = {} if since is None else {"since": since.isoformat()}
    return {
        "by_slip": _table(note, _SLIPS, "kind", {k: n for k, n in KINDS.items() if k in slips}),
        "by_mode": _table(note, _MODES, "kind", {k: n for k, n in MODE_NAMES.items() if k in modes}),
        "by_finding": _table(
            note, _FINDINGS, "class_", {k: k or "未分类" for k in sorted(_there(found, "finding", "klass"))}
        ),
        "burden": _table(note, _BURDEN, "unit", {u: n for u, n in units.items() if u in asked}, start),
    }


def _there(found: Deeds, what: str, name: str) -> set[str]:
    return {getattr(deed, name) for deed, times in found.items() if times and deed.what == what}


def _table(
    note: Noting,
    names: Sequence[str],
    dim: str,
    labels: dict[str, str] | dict[int, str],
    further: dict[str, str] | None = None,
) -> Breakdown:
    rows = tuple(
        Row(label, {name: note(name, **{dim: key}, **(further or {})) for name in names})
        for key, label in labels.items()
    )
    return Breakdown(tuple(Column(name, FIGURES[name].label) for name in names), rows)


def issued_rules(
    registers: Iterable[int], as_of: datetime, upto: int, units: dict[int, str], using: str
) -> tuple[IssuedRule, ...]:
    """Return the institutions that the figures count as issued, in the order of their numbers, as they are called now."""
    issued = Happening.objects.using(using).filter(
        what="institution-issued", register_id__in=list(registers), at__lte=as_of, seq__lte=upto
    )
    bodies = (
        Entry.objects.using(using)
        .filter(seq__in=issued.values("seq"))
        .order_by("seq")
        .values_list("body", flat=True)
    )
    events = [e for body in bodies if isinstance(e := fact_of(body).event, InstitutionIssued)]
    rows = Institution.objects.using(using).in_bulk([e.institution for e in events])
    return tuple(
        IssuedRule(
            e.number, rows[e.institution].title, units.get(rows[e.institution].unit_id, ""),
            date.fromisoformat(e.issued_on), rows[e.institution].review_on,
        )
        for e in events
    )  # fmt: skip
