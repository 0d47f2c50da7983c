"""The pages of the demonstration: who opens which, for the pictures, the measurements and the tests of every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bihuan import models
from bihuan.actions.inspection import Plan, approve_inspection, finish_inspection, propose_inspection
from bihuan.actions.objection import object_to
from bihuan.actions.outlets import add_outlet
from bihuan.ledger.backup import backups, make_backup
from bihuan.library import basket
from bihuan.library.drafts.keep import begin
from bihuan.library.intake import files_of, take_in
from bihuan.models import (
    Account,
    Agenda,
    BasketEntry,
    Conclusion,
    Document,
    Inspection,
    Institution,
    Item,
    Meeting,
    Objection,
    Person,
    Slip,
)
from bihuan.queries.people import actor_of
from bihuan.rules.clocked import CHINA


def stock(prose: Path, *, backup: bool = True) -> None:
    """Add what the demonstration leaves out: a library of the texts in ``prose``, a draft, an outlet, an objection, a backup."""
    if BasketEntry.objects.exists():
        return
    list(take_in(files_of([prose]), lambda: datetime.now(UTC)))
    clerk = _person("duban")
    basket.put(clerk.pk, Document.objects.order_by("id").values_list("id", flat=True)[:3])
    begin("briefing", clerk.pk, clerk.unit_id, datetime.now(UTC), campaign=_first("Campaign"))
    now = datetime.now(UTC)
    add_outlet(
        actor_of(_person("admin").pk), now, "mail", "chengban@example.org", person=_person("chengban").pk
    )
    _inspect(now)
    if backup:
        make_backup(now)


def _inspect(now: datetime) -> None:
    """Inspect two units and tell them what was found, to which one of them objects; begin a walk-through."""
    checker, mine = actor_of(_person("jiancha").pk), _person("fuzeren").unit_id
    head = next(p for p in Person.objects.filter(name__endswith="负责人").order_by("id") if p.unit_id != mine)
    made = _approved(now, "值班值守抽查", "planned", [mine, head.unit_id])
    _approved(now, "施工许可走流程", "walk", [mine])
    finish_inspection(made, checker, now, "值班电话两次无人接听，请完善值班制度。")
    told = Conclusion.objects.get(inspection_id=made, unit_id=head.unit_id)
    object_to(told.pk, actor_of(head.pk), now, "当日值班人员在现场处置险情，有出警记录。")


def _approved(now: datetime, name: str, mode: str, units: list[int]) -> int:
    """Return an inspection of today, approved though another looks at the same unit."""
    day, clerk = now.astimezone(CHINA).date(), _person("duban")
    plan = Plan(name, mode, (name[:4],), "县直单位", "本周", units, day, day, _person("jiancha").pk)
    made = propose_inspection(actor_of(clerk.pk), now, clerk.unit_id, plan).inspection
    approve_inspection(made, actor_of(_person("lingdao").pk), now, despite="内容不同，一天内看完")
    return made


def _document(kind: str) -> int:
    return int(Document.objects.filter(kind=kind).order_by("id").values_list("id", flat=True)[0])


def _first(model: str) -> Any:
    return getattr(models, model).objects.order_by("id").first()


def _backup() -> str:
    return "/backups/" + "".join(f"{b.path.name}/" for b in backups()[:1])


def _objection() -> str:
    return f"/objections/{Objection.objects.filter(outcome='').latest('id').pk}/"


def _objectable() -> str:
    told = Conclusion.objects.filter(unit_id=_person("fuzeren").unit_id).latest("id")
    return f"/inspections/{told.inspection_id}/object/{told.pk}/"


def _tough() -> str:
    return f"/items/{Item.objects.filter(number__startswith='攻坚').order_by('id')[0].pk}/"


def _slip(**wanted: str) -> str:
    found = Slip.objects.filter(**wanted).order_by("-id").first() or _first("Slip")
    return f"/slips/{found.pk}/"


def _inspection(**wanted: str) -> str:
    found = Inspection.objects.filter(**wanted).order_by("id").first() or _first("Inspection")
    return f"/inspections/{found.pk}/"


def _meeting(state: str) -> str:
    return f"/meetings/{Meeting.objects.filter(state=state).order_by('-decisions', '-id')[0].pk}/"


def deciding() -> str:
    """Where a meeting that is held decides on its first two items."""
    held = _meeting("held")
    items = Agenda.objects.filter(meeting_id=held.strip("/").split("/")[-1]).order_by("no")[:2]
    return f"{held}decide/?step=plan&{'&'.join(f'item={a.item_id}' for a in items)}"


def _ask() -> str:
    """An extension that the unit of the handler may ask for."""
    return f"{_item('working', unit='chengban')}ask/extension/"


def _escalated() -> str:
    item = Item.objects.exclude(escalated_at=None).order_by("responded_at", "id").first()
    assert item is not None
    return f"/items/{item.pk}/"


def _institution(**wanted: Any) -> str:
    found = Institution.objects.filter(**wanted).order_by("id").first() or _first("Institution")
    return f"/institutions/{found.pk}/"


def _closed_ids() -> str:
    found = Item.objects.filter(state="closed").order_by("-version").values_list("id", flat=True)[:2]
    return "&".join(f"id={i}" for i in found)


def _person(account: str) -> Person:
    return Person.objects.get(pk=Account.objects.get(name=account).person_id)


def _item(state: str, unit: str = "") -> str:
    found = Item.objects.filter(state=state).order_by("-evidence", "-measures_done", "id")
    if unit:
        found = found.filter(owner_id=_person(unit).unit_id)
    row = found.first()
    return f"/items/{row.pk}/" if row else f"/items/?state={state}"


def _working() -> int:
    return int(Item.objects.filter(state="working").exclude(slips=[]).order_by("id")[0].pk)


def working_of(account: str) -> int:
    """Return an item that the unit of ``account`` works on."""
    return int(_item("working", unit=account).strip("/").partition("/")[2])


def _rung() -> str:
    item = Item.objects.get(pk=_working())
    return quote(Slip.objects.filter(item_id=item.pk)[0].rung)


_STATES = ("registered", "approved", "assigned", "working", "reviewing", "passed", "closed")
#: User name → the pages that somebody in this role looks at: name of the picture → address, or how to find it.
PAGES: dict[str, dict[str, str | Callable[[], str]]] = {
    "duban": {
        "todo": "/",
        "overview": "/overview/",
        "overview-as-of": "/overview/?by=unit&as_of=2026-10-01",
        "items": "/items/",
        "items-empty": "/items/?q=没有这样的事项",
        "items-new": "/items/new/",
        "slips": "/slips/",
        "slip-answered": lambda: _slip(state="answered"),
        "slip-closed": lambda: _slip(state="closed"),
        "slip-issue": lambda: f"/items/{_working()}/slip/",
        "slip-issue-again": lambda: f"/items/{_working()}/slip/?rung={_rung()}",
        "inspections": "/inspections/",
        "inspection": partial(_inspection, state="finished"),
        "inspection-walk": partial(_inspection, mode="walk"),
        "inspections-new": "/inspections/new/",
        "requests": "/requests/",
        "meetings": "/meetings/",
        "meeting-new": "/meetings/new/",
        "meeting-called": partial(_meeting, "called"),
        "meeting-confirmed": partial(_meeting, "confirmed"),
        "institutions": "/institutions/",
        "institutions-recurring": "/institutions/recurring/",
        "institution": partial(_institution, review_waits=False, state="issued"),
        "institution-waiting": partial(_institution, review_waits=True),
        "institution-new": "/institutions/new/",
        "cases": "/cases/",
        "case": lambda: f"/cases/{_first('CaseReview').pk}/",
        "case-choose": "/cases/new/",
        "case-new": lambda: f"/cases/new/?{_closed_ids()}",
        "lookbacks": "/lookbacks/",
        "item-escalated": _escalated,
        "samples": "/samples/",
        "sample": lambda: f"/samples/{_first('Sample').pk}/",
        **{f"item-{state}": partial(_item, state) for state in _STATES},
        "library": "/library/",
        "library-found": "/library/?q=整改 落实",
        "library-none": "/library/?q=没有这样的一句话",
        "library-read": lambda: f"/library/{_document('讲话')}/?find=环境#f1",
        "library-add": "/library/add/",
        "library-basket": "/library/basket/",
        "library-similar": lambda: f"/library/similar/?document={_document('讲话')}",
        "library-decompose": "/library/tasks/",
        "library-tasks": lambda: f"/library/tasks/{_document('讲话')}/",
        "library-proofread": "/library/proofread/",
        "library-words": "/library/proofread/words/",
        "library-drafts": "/library/drafts/",
        "library-draft": lambda: f"/library/drafts/{_first('Draft').pk}/?find=责任&check=1",
        "procedure-new": lambda: f"/procedures/new/?from={_first('Procedure').pk}",
        "days-new": "/days/new/",
        "templates": "/templates/",
        "templates-meeting": "/templates/minutes/",
        "report": lambda: f"/report/?campaign={_first('Campaign').pk}&period=quarter",
        "facts": "/facts/?ref=overdue",
        "picture": "/picture/",
        "picture-item": lambda: f"{_tough()}picture/",
        "burden": lambda: f"/overview/burden/{_first('Slip').unit_id}/",
        "inbox": "/inbox/",
        "inbox-calendar": "/inbox/calendar/",
        "items-bulk": lambda: f"/items/bulk/?do=comment&id={_working()}",
        "item-step": lambda: f"/items/{_working()}/amend/",
        "items-measures": "/items/?state=open&colour=red&col=title&col=lead&col=handler&sort=due",
        "overview-more": "/overview/more/",
        "import": "/import/",
        "import-one": lambda: f"/import/done/{_first('Import').pk}/",
        "ledger": "/ledger/",
        "signs": "/signs/",
        "tokens": "/security/tokens/",
        "password": "/password/",
        "meeting-decide": deciding,
        "meeting-held": lambda: deciding().partition("decide/")[0],
        "request": lambda: f"/requests/{_first('Request').pk}/",
        "error-404": "/items/99999999/",
    },
    "lingdao": {"lead-todo": "/", "lead-overview": "/overview/", "lead-slip": lambda: _slip(state="proposed"),
                "lead-meeting": partial(_meeting, "confirmed"), "objection": _objection},
    "shenhe": {"reviewer-todo": "/", "reviewer-item": partial(_item, "reviewing")},
    "jiancha": {"checker-todo": "/", "finding": lambda: f"{_inspection(state='underway')}finding/",
                "walk": lambda: f"{_inspection(mode='walk', state='approved')}walk/"},
    "shenji": {"auditor-home": "/", "auditor-ledger": "/ledger/", "auditor-item": partial(_item, "closed")},
    "chengban": {
        "handler-todo": "/",
        "handler-overview": "/overview/",
        "handler-items": "/items/?state=working",
        "handler-item": lambda: _item("working", unit="chengban"),
        "handler-slips": "/slips/",
        "handler-library": "/library/",
        "handler-ask": _ask,
        "handler-report": lambda: f"{_item('working', unit='chengban')}report/",
    },
    "fuzeren": {"head-todo": "/", "head-items": "/items/", "head-overview": "/overview/",
                "object": _objectable},
    "admin": {"admin-home": "/", "error-403": "/items/", "people": "/people/", "people-new": "/people/new/",
              "person": lambda: f"/people/{_person('chengban').pk}/", "units": "/units/",
              "unit": lambda: f"/units/{_person('chengban').unit_id}/", "unit-move": lambda: f"/units/{_person('chengban').unit_id}/move/",
              "unit-merge": lambda: f"/units/{_person('chengban').unit_id}/merge/", "days": "/days/", "days-provisional": "/days/?year=2035",
              "procedures": "/procedures/", "procedure": lambda: f"/procedures/{_first('Procedure').pk}/", "outlets": "/outlets/",
              "outlet": lambda: f"/outlets/{_first('Outlet').pk}/", "backups": "/backups/", "backup": _backup},
    "security": {"security-home": "/", "security-account": "/security/", "api": "/api/", "second-set": "/security/second/"},
    "audit": {"audit-home": "/", "audit-ledger": "/ledger/"},
}  # fmt: skip
