"""Requests: who may ask, who decides, and what goes beyond a limit."""

from datetime import UTC, date, datetime, timedelta

import pytest
from colours_oracle import CALENDAR
from procedure_texts import FULL, SMALL

from bihuan.rules.permissions import SYSTEM, Actor, Grant, Role
from bihuan.rules.procedure import load
from bihuan.rules.procedure_types import Permit, Span
from bihuan.rules.requests import (
    KIND_OF,
    REQUEST_NAMES,
    REQUEST_STATES,
    STEP_OF,
    Case,
    Excess,
    RequestKind,
    RequestState,
    excess,
    may_ask,
    may_decide,
    needs_approval,
    permit_of,
)
from bihuan.rules.workflow import STEPS, Place

OFFICE, OWNER, HELPER, BELOW = "/1/2/", "/1/3/", "/1/4/", "/1/2/5/"
PLACE = Place(OFFICE, (OWNER, HELPER), (BELOW,))
START = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 9:00 of a Monday in China
DAY = timedelta(days=1)
FULL_PROCEDURE, SMALL_PROCEDURE = load(FULL, "full"), load(SMALL, "small")


def holder(role, path):
    return Actor(7, "某人", 9, (Grant(role, 9, path),))


def test_every_kind_has_a_step_a_name_and_a_permit():
    assert list(STEP_OF) == list(REQUEST_NAMES) == list(RequestKind)
    assert {KIND_OF[step] for step in STEP_OF.values()} == set(RequestKind)
    assert set(REQUEST_STATES) == set(RequestState)
    assert {k: permit_of(FULL_PROCEDURE, k).decide.count for k in RequestKind} == {
        "extension": 1,
        "transfer": 1,
        "return": 8,
        "suspension": 2,
        "merge": 3,
        "escalation": 4,
    }


@pytest.mark.parametrize("kind", RequestKind)
def test_those_of_the_owner_may_ask_and_a_supervisor_of_the_office_for_all_but_a_return(kind):
    asked = {
        (r, p)
        for r in Role
        for p in (OFFICE, OWNER, HELPER, BELOW)
        if may_ask(holder(r, p), kind, PLACE) is None
    }
    of_unit = {(Role.HANDLER, OWNER), (Role.UNIT_HEAD, OWNER)}
    of_office = set() if kind == "return" else {(Role.SUPERVISOR, OFFICE), (Role.SUPERVISOR, BELOW)}
    assert asked == of_unit | of_office
    refusal = may_ask(Actor(7, "某人", 9), kind, PLACE)
    assert refusal.why == f"申请{REQUEST_NAMES[kind]}须由责任单位的承办人、单位负责人提出，您没有这一岗位。"


@pytest.mark.parametrize("kind", RequestKind)
def test_the_approver_of_the_procedure_decides_else_whoever_takes_the_step(kind):
    named, open_ = Permit(approver="lead"), Permit()
    assert {r for r in Role if may_decide(holder(r, OFFICE), kind, named, PLACE) is None} == {Role.LEAD}
    assert {r for r in Role if may_decide(holder(r, OFFICE), kind, open_, PLACE) is None} == STEPS[
        STEP_OF[kind]
    ].who
    assert may_decide(holder(Role.LEAD, OWNER), kind, named, PLACE).why == (
        f"{REQUEST_NAMES[kind]}须由牵头领导批准，您没有这一岗位。"
    )
    assert may_decide(SYSTEM, kind, named, PLACE) is None


def test_only_a_return_without_an_approver_needs_no_request():
    assert [needs_approval(k, Permit()) for k in RequestKind] == [k != "return" for k in RequestKind]
    assert all(needs_approval(k, Permit(approver="lead")) for k in RequestKind)


def case(kind="extension", used=0, at=START, **more):
    return Case(kind, used, at, **{"assigned_at": START, "due": date(2026, 3, 31), **more})


TOO_OFTEN = Permit(times=1)
WITHIN = Permit(within=Span(2, "workday"))  # up to the end of Wednesday 4 March in China
NOTICE = Permit(notice=Span(3, "workday"))  # 31 March is a Tuesday: asked for by the end of the 26th
PLAIN = Permit(notice=Span(3, "day"))  # … by the end of the 28th
MONTH = Permit(length=Span(1, "month"))
END_OF_4_MARCH = datetime(2026, 3, 4, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "permit", "what"),
    [
        (case(used=5), Permit(), ""),
        (case(), TOO_OFTEN, ""),
        (case(used=1), TOO_OFTEN, "这一事项最多可延期1次，已延期1次。"),
        (case("return", used=0), Permit(times=0), "这一事项最多可退回0次，已退回0次。"),
        (case("return", at=END_OF_4_MARCH - timedelta(microseconds=1)), WITHIN, ""),
        (case("return", at=END_OF_4_MARCH), WITHIN, "退回须在交办后2个工作日内提出，现已超过。"),
        (case("return", at=END_OF_4_MARCH, assigned_at=None), WITHIN, ""),
        (case("return", at=END_OF_4_MARCH, pauses=((START, START + DAY),)), WITHIN, ""),
        (case(at=datetime(2026, 3, 26, 15, 59, tzinfo=UTC)), NOTICE, ""),
        (
            case(at=datetime(2026, 3, 26, 16, tzinfo=UTC)),
            NOTICE,
            "延期须在时限前3个工作日提出，最迟 2026-03-26，现已超过。",
        ),
        (case(at=datetime(2026, 3, 28, 15, 59, tzinfo=UTC)), PLAIN, ""),
        (
            case(at=datetime(2026, 3, 28, 16, tzinfo=UTC)),
            PLAIN,
            "延期须在时限前3天提出，最迟 2026-03-28，现已超过。",
        ),
        (case(at=datetime(2026, 5, 1, tzinfo=UTC), due=None), NOTICE, ""),
        (case(wanted=date(2026, 4, 30)), MONTH, ""),
        (case(wanted=date(2026, 5, 1)), MONTH, "每次最多延期1个月，最晚到 2026-04-30。"),
        (case(wanted=date(2030, 1, 1), due=None), MONTH, ""),
        (case("suspension", wanted=date(2026, 4, 2)), MONTH, ""),
        (case("suspension", wanted=date(2026, 4, 3)), MONTH, "每次最多挂起1个月，最晚到 2026-04-02。"),
        (case("suspension"), MONTH, "挂起每次最多1个月，须写明预计到哪一天。"),
    ],
)
def test_a_limit_is_kept_and_what_goes_beyond_it_is_told(given, permit, what):
    found = excess(given, permit, CALENDAR, roll=True)
    assert ("" if found is None else found.what) == what


def test_who_has_reached_a_limit_is_told_what_to_do_instead():
    told = excess(case("return", used=1), TOO_OFTEN, CALENDAR, roll=True)
    assert told == Excess(
        "这一事项最多可退回1次，已退回1次。", "仍认为不属本级职责的，请与督办单位协商转办或提级。"
    )
