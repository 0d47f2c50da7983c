"""Who must be told of what concerns no single item: inspections and objections, meetings, institutions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.objection import DEADLINES, OUTCOMES
from bihuan.rules.permissions import DUTIES, Duty
from bihuan.rules.slip_words import day_words
from bihuan.rules.telling import OFFICE, UNIT, Told, then

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Affair:
    """The row of the inspection, meeting or institution after the entry, and of the objection where that is concerned."""

    row: Row
    objection: Row = field(default_factory=dict)

    @property
    def office(self) -> int:
        """The unit that inspects, meets or supervises."""
        return int(self.row["office_id"])


Teller = Callable[[Any, Affair], Iterator[Told]]


def told_beside(event: ev.Event, affair: Affair) -> list[Told]:
    """Return who is told of an ``event`` that belongs to no item, and what; empty for what concerns nobody else."""
    teller = BESIDE.get(event.kind)
    return [] if teller is None else list(teller(event, affair))


def _plan(_event: ev.InspectionProposed | ev.InspectionAmended, affair: Affair) -> Iterator[Told]:
    yield Told(affair.office, DUTIES[Duty.APPROVE_INSPECTION], "督查方案待您批准")


def _to_group(affair: Affair, what: str) -> Iterator[Told]:
    yield Told(affair.office, frozenset(), what, (affair.row["leader_id"], *affair.row["members"]))


def _approved(_event: ev.InspectionApproved, affair: Affair) -> Iterator[Told]:
    yield from _to_group(affair, "督查方案已批准，由您参加")


def _cancelled(event: ev.InspectionCancelled, affair: Affair) -> Iterator[Told]:
    yield from _to_group(affair, f"督查已取消：{event.reason}")


def _concluded(event: ev.InspectionTold, affair: Affair) -> Iterator[Told]:
    by = day_words(date.fromisoformat(event.object_by))
    yield Told(
        event.unit, UNIT, f"督查结论反馈：{then(event.text, f'（有异议的，由单位负责人于{by}前提出）')}"
    )


def _to_reexaminers(affair: Affair, what: str) -> Iterator[Told]:
    """Those who may decide an objection; who took part in the inspection is recused."""
    roles = DUTIES[Duty.INSPECT] | DUTIES[Duty.APPROVE_INSPECTION]
    staff = {affair.row["leader_id"], affair.row["proposed_by"], *affair.row["members"]}
    yield Told(affair.office, roles, what, but=frozenset(staff))


def _objected(event: ev.InspectionObjected, affair: Affair) -> Iterator[Told]:
    by = day_words(date.fromisoformat(event.decide_by))
    yield from _to_reexaminers(affair, f"被督查单位提出异议，请未参加督查的人员于{by}前复核：{event.reason}")


def _reexamined(event: ev.InspectionReexamined, affair: Affair) -> Iterator[Told]:
    said = f"异议复核结果：{OUTCOMES[event.outcome]}。{event.text}"
    yield Told(affair.objection["unit_id"], UNIT, said)
    yield from _to_group(affair, said)


def _called(_event: ev.MeetingCalled, affair: Affair) -> Iterator[Told]:
    row = affair.row
    when = _moment(row)
    yield Told(affair.office, frozenset(), f"请您主持会议：{when}，{row['place']}", (row["chair_id"],))
    yield from _to_expected(affair, f"请您参加会议：{when}，{row['place']}")


def _to_expected(affair: Affair, what: str, *others: int) -> Iterator[Told]:
    yield Told(affair.office, frozenset(), what, (*others, *affair.row["expected"]))


def _moment(row: Row) -> str:
    at = row["starts_at"].astimezone(CHINA)
    return f"{day_words(at.date())}{at.hour}时{at.minute:02d}分"


def _called_off(event: ev.MeetingCancelled, affair: Affair) -> Iterator[Told]:
    said = f"原定{_moment(affair.row)}的会议取消：{event.reason}"
    yield from _to_expected(affair, said, affair.row["chair_id"])


def _confirmed(_event: ev.MeetingConfirmed, affair: Affair) -> Iterator[Told]:
    """Everybody who was expected or came, also in somebody's place."""
    came = (p for a in affair.row["attendance"] for p in (a["person"], a.get("by", 0)))
    yield from _to_expected(
        affair, "会议纪要已确认，请按议定事项落实", affair.row["chair_id"], *filter(None, came)
    )


def _drafted(event: ev.InstitutionDrafted, _affair: Affair) -> Iterator[Told]:
    yield Told(event.unit, UNIT, f"请你单位起草制度，依据：{event.basis}")


def _issued(event: ev.InstitutionIssued, affair: Affair) -> Iterator[Told]:
    yield from _to_both(affair, f"制度已印发（{event.number}）{_review(event.review_on)}")


def _revised(event: ev.InstitutionRevised, affair: Affair) -> Iterator[Told]:
    yield from _to_both(affair, f"制度已修订：{then(event.reason, _review(event.review_on))}")


def _repealed(event: ev.InstitutionRepealed, affair: Affair) -> Iterator[Told]:
    yield from _to_both(affair, f"制度已废止：{event.reason}")


def _review(on: str) -> str:
    return f"，{day_words(date.fromisoformat(on))}复核"


def _to_both(affair: Affair, what: str) -> Iterator[Told]:
    """The unit whose rule it is, and the office that had it made."""
    yield Told(affair.row["unit_id"], UNIT, what)
    yield Told(affair.office, OFFICE, what)


def _fell_due(event: ev.DeadlineFellDue, affair: Affair) -> Iterator[Told]:
    tell = _to_reexaminers if affair.objection else _to_both
    yield from tell(affair, DEADLINES[event.what])


BESIDE: dict[str, Teller] = {
    "inspection.proposed": _plan,
    "inspection.amended": _plan,
    "inspection.approved": _approved,
    "inspection.cancelled": _cancelled,
    "inspection.told": _concluded,
    "inspection.objected": _objected,
    "inspection.reexamined": _reexamined,
    "meeting.called": _called,
    "meeting.cancelled": _called_off,
    "meeting.confirmed": _confirmed,
    "institution.drafted": _drafted,
    "institution.issued": _issued,
    "institution.revised": _revised,
    "institution.repealed": _repealed,
    "deadline.fell_due": _fell_due,
}
"""Kind of entry that belongs to no item → who is told. What is missing here tells nobody."""
