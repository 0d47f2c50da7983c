"""What every page's frame shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from bihuan.queries.messages import unread
from bihuan.queries.scope import Scope
from bihuan.rules.permissions import ROLE_NAMES, Duty, Role


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    view: str
    label: str
    icon: str
    duty: Duty


MENU = (
    Entry("todo", "待办", "list-check", Duty.READ),
    Entry("overview", "总览", "chart-bar", Duty.READ),
    Entry("items", "台账", "table", Duty.READ),
    Entry("slips", "督办", "bell", Duty.READ),
    Entry("library", "资料", "book", Duty.READ),
    Entry("picture", "作战图", "target", Duty.READ),
    Entry("import", "导入", "file-import", Duty.IMPORT),
    Entry("report", "汇报", "file-text", Duty.REPORT),
    Entry("ledger", "核验", "shield-check", Duty.AUDIT),
)

#: The parts of 系统; the menu's entry leads to the first that somebody may open.
HOUSE = (
    Entry("units", "单位", "building", Duty.UNITS),
    Entry("people", "人员", "users", Duty.ROLES),
    Entry("days", "日历", "calendar", Duty.CALENDAR),
    Entry("procedures", "规程", "list-check", Duty.PROCEDURES),
    Entry("templates", "模板", "file-type-docx", Duty.TEMPLATES),
    Entry("outlets", "渠道", "send", Duty.OUTLETS),
    Entry("backups", "备份", "database", Duty.BACKUP),
)

#: The parts of 督办.
SUPERVISION = (
    Entry("slips", "单据", "bell", Duty.READ),
    Entry("requests", "申请", "file-text", Duty.READ),
    Entry("meetings", "会议", "users", Duty.READ),
    Entry("inspections", "督查", "clipboard-check", Duty.READ),
    Entry("samples", "抽样", "refresh", Duty.SAMPLE),
    Entry("lookbacks", "回头看", "repeat", Duty.SAMPLE),
    Entry("signs", "疑点", "eye", Duty.SIGNS),
    Entry("institutions", "建章立制", "file-text", Duty.READ),
    Entry("cases", "典型案例", "flag", Duty.READ),
)
#: Pages that belong to an entry under another name.
_PART_OF = {entry.view: "slips" for entry in SUPERVISION} | {"objections": "slips", "facts": "overview"}
#: So many entries fit at the foot of a phone; the others are in the person's menu there.
_AT_FOOT = 5


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return ``who``, their roles in words, their menu, which of its entries this page belongs to, and their unread messages."""
    who: Scope | None = getattr(request, "who", None)
    if who is None:
        return {"who": None, "menu": ()}
    match = request.resolver_match
    part = match.url_name.partition("-")[0] if match and match.url_name else ""
    house = [entry for entry in HOUSE if who.actor.may(entry.duty)]
    menu = [entry for entry in MENU if who.actor.may(entry.duty)]
    menu += [Entry(house[0].view, "系统", "settings", house[0].duty)] if house else []
    return {
        "who": who.actor,
        "roles": "、".join(ROLE_NAMES[r] for r in Role if any(g.role is r for g in who.actor.grants)),
        "menu": menu,
        "tabs": [entry for entry in SUPERVISION if who.actor.may(entry.duty)],
        "may_collect_library": who.actor.may(Duty.COLLECT),
        "may_draft_papers": who.actor.may(Duty.DRAFT),
        "folded": menu[_AT_FOOT:],
        "unread": unread(who.actor.person),
        "house": house,
        "here": house[0].view if any(entry.view == part for entry in house) else _PART_OF.get(part, part),
    }
