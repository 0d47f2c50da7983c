"""Keeping the house: units, people with roles and accounts, the working calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema, Status

from bihuan.actions import house
from bihuan.actions.accounts import create_account, reset_password, set_identity, switch_account
from bihuan.actions.merge_unit import UnitsMerged, merge_unit
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.deeds import answer_of
from bihuan.api.figures import Made
from bihuan.api.parts import After, Id, Page, Size, demand, fill, page_by_id
from bihuan.models import Unit, UnitAlias
from bihuan.queries.accounts import wants_password
from bihuan.queries.calendar import calendar_now, published
from bihuan.queries.staff import Line, staff, staff_member
from bihuan.rules.calendar_year import FIRST_YEAR, LAST_YEAR, CalendarYear
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.permissions import Duty

router = Router(tags=["单位、人员和设置"])


class UnitOut(Schema):
    """A unit; ``path`` are the ids from the root down."""

    id: int
    name: str
    parent_id: int
    path: str
    active: bool
    aliases: list[str]


class HeldOut(Schema):
    """A role that a person holds for a unit and all below it."""

    role: str
    name: str
    unit: int
    unit_name: str


class PersonOut(Schema):
    """A person with their roles; ``account`` is the name by which they log in, "" without one."""

    id: int
    name: str
    unit_id: int
    unit: str
    post: str
    active: bool
    roles: list[HeldOut]
    account: str
    account_state: str
    identity: str = Field(description="统一身份标识；空为用户名")


class AccountOut(Schema):
    """An account with its new password, which is told this once ("" where there is none)."""

    name: str
    password: str


class DayOut(Schema):
    """A day, and the one that lies ``workdays`` after it; ``provisional`` where a year is not published yet."""

    day: date
    workday: bool
    after: date | None
    provisional: bool


class YearIn(Schema):
    """The days off and the make-up days of a year, as the notice names them."""

    year: int = Field(ge=1990, le=2199)
    holidays: list[date]
    workdays: list[date]
    source: str

    def year_of(self) -> CalendarYear:
        """Return the year as the rules know it. Raises CalendarInvalid."""
        return CalendarYear(self.year, frozenset(self.holidays), frozenset(self.workdays), self.source)


class YearOut(Schema):
    """A version of a year's days; ``seq`` is the entry by which it was published (0: it came with the system)."""

    seq: int
    at: datetime | None
    person_id: int
    year: int
    holidays: list[date]
    workdays: list[date]
    source: str


class Moved(Schema):
    """How many deadlines moved."""

    moved: int


@router.get("/units", response=Page[UnitOut], summary="单位")
def units(request: Call, after: After, size: Size) -> Any:
    """List the units; whoever works with items needs their names."""
    demand(request.who.actor, Duty.READ, Duty.UNITS, Duty.ROLES)
    rows, more = page_by_id(Unit.objects.all(), after, size)
    known: dict[int, list[str]] = {}
    ids = [row.pk for row in rows]
    for alias, unit in (
        UnitAlias.objects.filter(unit_id__in=ids).order_by("alias").values_list("alias", "unit_id")
    ):
        known.setdefault(unit, []).append(alias)
    return Page[UnitOut](rows=[fill(UnitOut, row, aliases=known.get(row.pk, [])) for row in rows], next=more)


_Unit = body_of(house.create_unit, "CreateUnit")
_Change = body_of(house.change_unit, "ChangeUnit", skip={"unit"})
_Merge = body_of(merge_unit, "MergeUnit", skip={"unit"})


@router.post("/units", response={201: Made}, summary="新增单位")
@taking(_Unit)
def new_unit(request: Call, payload: Body) -> Any:
    """Add a unit."""
    demand(request.who.actor, Duty.UNITS)
    return Status(201, {"id": house.create_unit(request.who.actor, now(), **payload.given())})


@router.post("/units/{unit_id}/actions/change", response=Made, summary="改名、移动、停用单位，或改别名")
@taking(_Change)
def change_unit(request: Call, unit_id: Id, payload: Body) -> Any:
    """Change a unit."""
    demand(request.who.actor, Duty.UNITS)
    house.change_unit(request.who.actor, now(), unit_id, **payload.given())
    return {"id": unit_id}


@router.post("/units/{unit_id}/actions/merge", response=answer_of(UnitsMerged), summary="合并单位")
@taking(_Merge)
def merge(request: Call, unit_id: Id, payload: Body) -> Any:
    """Merge a unit into another."""
    demand(request.who.actor, Duty.UNITS)
    return merge_unit(request.who.actor, now(), unit_id, **payload.given())


def _person(line: Line) -> PersonOut:
    account = line.account.name if line.account else ""
    identity = line.account.identity if line.account else ""
    roles = [fill(HeldOut, h) for h in line.held]
    return fill(
        PersonOut,
        line.person,
        unit=line.unit,
        roles=roles,
        account=account,
        account_state=line.account_state,
        identity=identity,
    )


@router.get("/people", response=list[PersonOut], summary="人员")
def people(request: Call) -> Any:
    """List the people of the units that the caller looks after."""
    demand(request.who.actor, Duty.ROLES)
    return [_person(line) for line in staff(request.who.actor)]


@router.get("/people/{person_id}", response=PersonOut, summary="一个人员")
def person(request: Call, person_id: Id) -> PersonOut:
    """Show a person."""
    demand(request.who.actor, Duty.ROLES)
    return _person(staff_member(request.who.actor, person_id))


_Person = body_of(house.create_person, "CreatePerson")
_Grant = body_of(house.grant_role, "GrantRole", skip={"person"})
_Revoke = body_of(house.revoke_role, "RevokeRole", skip={"person"})


class AccountName(Schema):
    """The name by which somebody is to log in."""

    name: str = Field(min_length=1, max_length=60)


class IdentityIn(Schema):
    """What the provider calls somebody; "" is the name of their account."""

    identity: str = Field(max_length=200, description="统一身份标识；空为用户名")


@router.post("/people", response={201: Made}, summary="新增人员")
@taking(_Person)
def new_person(request: Call, payload: Body) -> Any:
    """Add a person."""
    demand(request.who.actor, Duty.PEOPLE)
    return Status(201, {"id": house.create_person(request.who.actor, now(), **payload.given())})


@router.post("/people/{person_id}/actions/grant", response=PersonOut, summary="授予岗位")
@taking(_Grant)
def grant(request: Call, person_id: Id, payload: Body) -> PersonOut:
    """Give a role."""
    person(request, person_id)
    house.grant_role(request.who.actor, now(), person_id, **payload.given())
    return person(request, person_id)


@router.post("/people/{person_id}/actions/revoke", response=PersonOut, summary="撤销岗位")
@taking(_Revoke)
def revoke(request: Call, person_id: Id, payload: Body) -> PersonOut:
    """Take a role away."""
    person(request, person_id)
    if person_id == request.who.actor.person:
        raise Invalid("不能撤销自己的岗位。", hint="请由另一位管理员办理。")
    house.revoke_role(request.who.actor, now(), person_id, **payload.given())
    return person(request, person_id)


@router.post("/people/{person_id}/account", response={201: AccountOut}, summary="开通账号，密码只显示这一次")
def new_account(request: Call, person_id: Id, payload: AccountName) -> Any:
    """Make an account."""
    if _managed(request, person_id).account is not None:
        raise Invalid("这个人员已有账号。")
    name = " ".join(payload.name.split())
    made = create_account(name, person_id, by_password=wants_password(person_id))
    return Status(201, AccountOut(name=name, password=made))


@router.post("/people/{person_id}/identity", response=PersonOut, summary="统一身份认证怎样称呼这个人员")
def identity(request: Call, person_id: Id, payload: IdentityIn) -> PersonOut:
    """Say what the provider calls a person."""
    account = _managed(request, person_id).account
    if account is None:
        raise NotFound("这个人员还没有账号。", hint="请先开通。")
    set_identity(account.name, payload.identity)
    return person(request, person_id)


@router.post(
    "/people/{person_id}/account/{deed}",
    response=AccountOut,
    summary="重置密码（reset）、停用（off）、启用（on）",
)
def change_account(request: Call, person_id: Id, deed: Literal["reset", "off", "on"]) -> AccountOut:
    """Give an account a new password, or switch it off or on."""
    account = _managed(request, person_id).account
    if account is None:
        raise NotFound("这个人员还没有账号。", hint="请先开通。")
    if deed == "reset":
        return AccountOut(name=account.name, password=reset_password(account.name))
    if account.pk == request.account.pk:
        raise Invalid("不能停用自己的账号。")
    switch_account(account.name, active=deed == "on")
    return AccountOut(name=account.name, password="")


def _managed(request: Call, person_id: int) -> Line:
    demand(request.who.actor, Duty.PEOPLE)
    return staff_member(request.who.actor, person_id)


@router.get("/calendar/{day}", response=DayOut, summary="某日是不是工作日，若干个工作日后是哪天")
def day(
    request: Call, day: date, workdays: Annotated[int, Query(0, ge=0, le=1000, description="工作日数")]
) -> DayOut:
    """Tell whether a day is a workday."""
    if not 1990 <= day.year < 2200:
        raise Invalid("只推算1990年至2199年的工作日。")
    known = calendar_now()
    due = known.add_workdays(day, workdays) if workdays else None
    provisional = due.provisional if due else not known.is_published(day.year)
    return DayOut(
        day=day, workday=known.is_workday(day), after=due.date if due else None, provisional=provisional
    )


@router.get("/calendar/years/{year}", response=list[YearOut], summary="某年放假安排的各个版本，现行的在前")
def year_versions(request: Call, year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]) -> Any:
    """List the versions of a year's days, the one in use first; empty where there is none, and the year is provisional."""
    demand(request.who.actor, Duty.CALENDAR)
    return [
        fill(YearOut, version, person_id=version.by, **version.year.to_data()) for version in published(year)
    ]


@router.post("/calendar", response=Moved, summary="发布某年的放假安排")
def publish_calendar(request: Call, payload: YearIn) -> Moved:
    """Publish the days of a year."""
    demand(request.who.actor, Duty.CALENDAR)
    return Moved(moved=house.publish_calendar(request.who.actor, now(), payload.year_of()))
