"""The working calendar: a year at a glance, its versions, and a new version with the deadlines that it moves."""

from __future__ import annotations

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.actions.house import publish_calendar
from bihuan.actions.reschedule import foresee
from bihuan.queries.calendar import Published, calendar_now, published
from bihuan.queries.people import person_names, unit_labels
from bihuan.queries.scope import Scope
from bihuan.rules.calendar import FIRST_YEAR, LAST_YEAR, Calendar, CalendarYear
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms.days import DaysForm, words_of

#: Kind of day → the mark in its cell and what it means.
KINDS = {"work": "", "rest": "", "off": "休", "on": "班"}
_LISTED = 100


@dataclass(frozen=True)
class Cell:
    """A day of the year's view; ``kind`` is a key of ``KINDS``."""

    day: date
    kind: str

    @property
    def mark(self) -> str:
        """The sign that tells it without its colour."""
        return KINDS[self.kind]


@opens_to(Duty.CALENDAR)
def page(request: Request) -> HttpResponse:
    """Show a year, by the version in use or by an earlier one."""
    year = _year(request.GET.get("year", ""))
    found = published(year)
    chosen = _chosen(found, request.GET.get("version", ""))
    calendar = calendar_now()
    shown = Calendar({**calendar.years, year: chosen.year}) if chosen else calendar
    weeks_of = months(shown, year)
    context = {
        "year": year,
        "before": max(year - 1, FIRST_YEAR),
        "after": min(year + 1, LAST_YEAR),
        "versions": found,
        "chosen": chosen,
        "in_use": found[0] if found else None,
        "months": weeks_of,
        "workdays": sum(cell.kind in ("work", "on") for _, weeks in weeks_of for w in weeks for cell in w if cell),
        "people": person_names({v.by for v in found}),
    }  # fmt: skip
    return render(request, "days.html", context)


def _year(text: str) -> int:
    year = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else dates.today().year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(f"没有{year}年的日历。", hint=f"可看 {FIRST_YEAR} 至 {LAST_YEAR} 年。")
    return year


def _chosen(found: list[Published], text: str) -> Published | None:
    if not text:
        return found[0] if found else None
    chosen = next((v for v in found if str(v.seq) == text), None)
    if chosen is None:
        raise NotFound("没有这一版日历。", hint="请从版本列表打开。")
    return chosen


def months(calendar: Calendar, year: int) -> list[tuple[int, list[list[Cell | None]]]]:
    """Return the months of ``year``, each with its weeks from Monday on; None stands for days of other months."""
    notice = calendar.years.get(year)
    return [
        (month, [[_cell(calendar, notice, d, month) for d in week] for week in Weeks().monthdatescalendar(year, month)])
        for month in range(1, 13)
    ]  # fmt: skip


def _cell(calendar: Calendar, notice: CalendarYear | None, day: date, month: int) -> Cell | None:
    if day.month != month:
        return None
    weekend = day.weekday() >= 5
    if calendar.is_workday(day):
        return Cell(day, "on" if weekend else "work")
    off = not weekend or (notice is not None and day in notice.holidays)
    return Cell(day, "off" if off else "rest")


@opens_to(Duty.CALENDAR, "GET", "POST")
def new(request: Request) -> HttpResponse:
    """Take a year's notice, show what it would move, and publish it."""
    if request.method == "GET":
        return render(request, "days_new.html", {"form": DaysForm(initial=_proposed(request))})
    form = DaysForm(request.POST, request.FILES)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        days: CalendarYear = form.cleaned_data["days"]
        if request.POST.get("do") == "publish":
            with refusals(form):
                moved = publish_calendar(request.who.actor, dates.now(), days)
                messages.success(
                    request, f"已发布{days.year}年放假安排，{moved}个事项的时限随之调整，亮灯和提醒随之更新。"
                )
                return redirect(f"{reverse('days')}?year={days.year}")
        else:
            context |= _preview(request.who, days)
            form = context["form"] = DaysForm(
                {
                    "year": days.year, "source": days.source,
                    "holidays": words_of(days.holidays), "workdays": words_of(days.workdays),
                }
            )  # fmt: skip
            form.is_valid()
    return render(request, "days_new.html", context, status=422 if form.errors else 200)


def _proposed(request: Request) -> dict[str, Any]:
    """Begin with what is known of the year, else with the next year that has no notice."""
    text = request.GET.get("year", "")
    if not text:
        calendar = calendar_now()
        return {
            "year": next(y for y in range(dates.today().year, LAST_YEAR + 1) if not calendar.is_published(y))
        }
    year = _year(text)
    known = calendar_now().years.get(year)
    if known is None:
        return {"year": year}
    return {
        "year": year, "source": known.source, "holidays": words_of(known.holidays), "workdays": words_of(known.workdays)
    }  # fmt: skip


def _preview(who: Scope, days: CalendarYear) -> dict[str, Any]:
    found = foresee(days)
    moved = [one for one in found if one.before != one.after]
    mine = [one for one in moved if who.reads(one.register, one.owner)]
    calendar = calendar_now()
    return {
        "days": days,
        "doubts": days.doubts(),
        "months": months(calendar.with_year(days), days.year),
        "changes": calendar.changes(days),
        "settled": len(found),
        "moved": len(moved),
        "listed": mine[:_LISTED],
        "unlisted": len(moved) - len(mine[:_LISTED]),
        "units": unit_labels(),
    }
