"""Who is told of inspections, objections, meetings and institutions, and the words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bihuan.rules import events as ev
from bihuan.rules.permissions import Role
from bihuan.rules.telling import OFFICE, UNIT, Told
from bihuan.rules.telling_beside import BESIDE, Affair, told_beside

TOWN, BUREAU = 11, 13
INSPECTION = {"office_id": BUREAU, "leader_id": 3, "members": [4, 5], "proposed_by": 6}
PLAN = {
    "name": "x", "contents": [], "objects": "", "scope": "", "units": [], "starts": "", "ends": "", "leader": 3,
}  # fmt: skip
MEETING = {
    "office_id": BUREAU, "starts_at": datetime(2026, 3, 10, 6, 30, tzinfo=UTC), "place": "一号会议室", "chair_id": 3,
    "expected": [4, 5], "attendance": [{"person": 4, "presence": "represented", "by": 8}, {"person": 9}],
}  # fmt: skip
RULE = {"office_id": BUREAU, "unit_id": TOWN}
EXAMINERS = frozenset({Role.SUPERVISOR, Role.CHECKER, Role.LEAD})
NOBODY: frozenset[Role] = frozenset()
STAFF = frozenset({3, 4, 5, 6})
GROUP = (3, 4, 5)
WHEN = "2026年3月10日14时30分"

SAID = {
    "plan": (ev.InspectionProposed(mode="covert", office=BUREAU, **PLAN), INSPECTION,
             [Told(BUREAU, frozenset({Role.LEAD}), "督查方案待您批准")]),
    "plan changed": (ev.InspectionAmended(inspection=9, reason="r", **PLAN), INSPECTION,
                     [Told(BUREAU, frozenset({Role.LEAD}), "督查方案待您批准")]),
    "plan approved": (ev.InspectionApproved(inspection=9), INSPECTION,
                      [Told(BUREAU, NOBODY, "督查方案已批准，由您参加", GROUP)]),
    "inspection cancelled": (ev.InspectionCancelled(inspection=9, reason="汛期"), INSPECTION,
                             [Told(BUREAU, NOBODY, "督查已取消：汛期", GROUP)]),
    "step of a walk": (ev.InspectionStepped(inspection=9, unit=TOWN, service="x", what="x", minutes=1, happened_at=""),
                       INSPECTION, []),
    "inspection over, and nobody told yet": (ev.InspectionFinished(inspection=9, conclusion="x"), INSPECTION, []),
    "conclusion": (
        ev.InspectionTold(inspection=9, unit=TOWN, text="限期整改", object_by="2026-04-01"), INSPECTION,
        [Told(TOWN, UNIT, "督查结论反馈：限期整改（有异议的，由单位负责人于2026年4月1日前提出）")],
    ),
    "objection": (
        ev.InspectionObjected(inspection=9, conclusion=8, unit=TOWN, reason="账目已公开", decide_by="2026-04-30"), INSPECTION,
        [Told(BUREAU, EXAMINERS, "被督查单位提出异议，请未参加督查的人员于2026年4月30日前复核：账目已公开", but=STAFF)],
    ),
    "objection decided": (
        ev.InspectionReexamined(inspection=9, objection=8, outcome="changed", text="部分属实"), INSPECTION,
        [Told(TOWN, UNIT, "异议复核结果：变更结论。部分属实"), Told(BUREAU, NOBODY, "异议复核结果：变更结论。部分属实", GROUP)],
    ),
    "meeting called": (
        ev.MeetingCalled(office=BUREAU, no=1, number="x", series="x", title="x", starts="", place="x", chair=3), MEETING,
        [
            Told(BUREAU, NOBODY, f"请您主持会议：{WHEN}，一号会议室", (3,)),
            Told(BUREAU, NOBODY, f"请您参加会议：{WHEN}，一号会议室", (4, 5)),
        ],
    ),
    "agenda": (ev.MeetingAgendaSet(meeting=9, items=[]), MEETING, []),
    "meeting called off": (ev.MeetingCancelled(meeting=9, reason="汛期"), MEETING,
                           [Told(BUREAU, NOBODY, f"原定{WHEN}的会议取消：汛期", (3, 4, 5))]),
    "minutes": (ev.MeetingConfirmed(meeting=9), MEETING,
                [Told(BUREAU, NOBODY, "会议纪要已确认，请按议定事项落实", (3, 4, 8, 9, 4, 5))]),
    "rule to be made": (
        ev.InstitutionDrafted(title="x", unit=TOWN, office=BUREAU, basis="水法", items=[1]), RULE,
        [Told(TOWN, UNIT, "请你单位起草制度，依据：水法")],
    ),
    "rule issued": (
        ev.InstitutionIssued(institution=9, no=1, number="制〔2026〕1号", series="x", issued_on="2026-03-02",
                             review_on="2027-03-01"), RULE,
        [Told(TOWN, UNIT, "制度已印发（制〔2026〕1号），2027年3月1日复核"),
         Told(BUREAU, OFFICE, "制度已印发（制〔2026〕1号），2027年3月1日复核")],
    ),
    "rule revised": (
        ev.InstitutionRevised(institution=9, title="x", basis="x", revised_on="2026-03-02", review_on="2027-03-01",
                              reason="新发现问题"), RULE,
        [Told(TOWN, UNIT, "制度已修订：新发现问题，2027年3月1日复核"),
         Told(BUREAU, OFFICE, "制度已修订：新发现问题，2027年3月1日复核")],
    ),
    "rule repealed": (
        ev.InstitutionRepealed(institution=9, repealed_on="2026-03-02", reason="上位法已修改"), RULE,
        [Told(TOWN, UNIT, "制度已废止：上位法已修改"), Told(BUREAU, OFFICE, "制度已废止：上位法已修改")],
    ),
    "rule to be reviewed": (
        ev.DeadlineFellDue(what="institution-review", ref=9), RULE,
        [Told(TOWN, UNIT, "制度该复核"), Told(BUREAU, OFFICE, "制度该复核")],
    ),
}  # fmt: skip
SILENT = {"inspection.stepped", "inspection.finished", "meeting.agenda_set"}


@pytest.mark.parametrize("what", SAID)
def test_each_entry_is_told_to_those_whom_it_concerns(what):
    event, row, expected = SAID[what]
    objection = {"unit_id": TOWN} if isinstance(event, ev.InspectionReexamined) else {}
    assert told_beside(event, Affair(row, objection)) == expected


def test_every_kind_that_tells_somebody_is_tried_here():
    assert {event.kind for event, *_ in SAID.values()} - SILENT == set(BESIDE)


def test_an_objection_that_is_late_is_told_to_those_who_may_decide_it():
    late = ev.DeadlineFellDue(what="re-examination", ref=8)
    found = told_beside(late, Affair(INSPECTION, {"unit_id": TOWN}))
    assert found == [Told(BUREAU, EXAMINERS, "异议复核超期", but=STAFF)]
