"""What a meeting decides: a step for one item of the agenda or for many, each with its own values, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.decide import decide
from bihuan.models import Item
from bihuan.queries.item import Detail, detail
from bihuan.queries.meetings import MeetingDetail, Place, meeting_steps
from bihuan.queries.people import directory, person_names
from bihuan.rules.errors import BihuanError, Invalid, NotAllowed
from bihuan.rules.meeting import DECIDABLE, MEETING_STEPS, recused, taking_part
from bihuan.rules.permissions import Duty
from bihuan.rules.workflow import STATE_NAMES, STEPS
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import status_of
from bihuan.web.forms.decisions import DECISIONS, decision_form, resolution
from bihuan.web.forms.steps import About, StepForm
from bihuan.web.views.item import MOST_UNITS
from bihuan.web.views.meetings import visible


@dataclass(frozen=True)
class Case:
    """An item to be decided on, with its form; ``away`` are those present who take no part."""

    place: Place
    form: StepForm
    state: str
    away: list[str]


@opens_to(Duty.READ, "GET", "POST")
def page(request: Request, meeting_id: int) -> HttpResponse:
    """Show the forms of a decision for the chosen items, or enter it."""
    found = visible(request, meeting_id)
    if "decide" not in {s.action for s in meeting_steps(found.meeting, request.who.actor)}:
        raise NotAllowed(f"您现在不能登记议定事项：{MEETING_STEPS['decide'].why}")
    given = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(found, given.getlist("item"))
    details = {p.item.pk: detail(p.item.pk, request.who.actor, None) for p in chosen}
    step = given.get("step", "") or _likeliest(chosen, details)
    if step not in DECISIONS:
        raise Invalid("会议不能这样决定。", hint="请从会议页面选择。")
    fit = [p for p in chosen if _fits(step, details[p.item.pk])]
    cases = [_case(found, p, details[p.item.pk], step, request) for p in fit]
    status = 200
    if request.method == "POST":
        status, error = _take(request, found, step, cases)
        if status == 200:
            messages.success(request, f"已议定 {len(cases)} 项：{DECIDABLE[step]}。")
            return redirect("meetings-one", meeting_id)
    else:
        error = ""
    steps = [s for s in DECISIONS if any(_fits(s, d) for d in details.values())]
    context = {
        "found": found,
        "row": found.meeting,
        "step": step,
        "name": DECIDABLE[step],
        "why": STEPS[step].why,
        "steps": [(s, DECIDABLE[s]) for s in steps],
        "cases": cases,
        "left": [p for p in chosen if p not in fit],
        "chosen": chosen,
        "error": error,
        "unit_names": _units(cases),
    }
    return render(request, "meeting_decide.html", context, status=status)


def _chosen(found: MeetingDetail, given: Sequence[str]) -> list[Place]:
    """Return the chosen places of the agenda, in its order."""
    places = [p for p in found.places if str(p.item.pk) in given]
    if not places:
        raise Invalid("没有勾选议程上的事项。", hint="请在会议页面勾选要议定的事项，再选择怎样议定。")
    return places


def _fits(step: str, found: Detail) -> bool:
    """Whether an item is where the step can be decided; a review only at a level that a meeting decides."""
    item = found.item
    if item.state not in STEPS[step].frm:
        return False
    return step != "review" or (item.level > 0 and found.procedure.levels[item.level - 1].meeting)


def _likeliest(chosen: Sequence[Place], details: dict[int, Detail]) -> str:
    """Return the first decision that fits all that was chosen: a review where one waits, else measures, else words."""
    fitting = (s for s in DECISIONS if all(_fits(s, details[p.item.pk]) for p in chosen))
    return next(fitting, "comment")


def _case(found: MeetingDetail, place: Place, about: Detail, step: str, request: Request) -> Case:
    item: Item = place.item
    present = taking_part(found.meeting.attendance)
    away = recused(present, item.handled_by)
    names = person_names(set(present))
    chairs = {p: names[p] for p in present if p not in away} if found.meeting.presider_id in away else {}
    data = request.POST if request.method == "POST" else None
    form = decision_form(step, About(about, directory()), chairs, data)
    return Case(place, form, STATE_NAMES[item.state], [names[p] for p in away])


def _take(request: Request, found: MeetingDetail, step: str, cases: Sequence[Case]) -> tuple[int, str]:
    """Enter the decision; returns 200, or the status and what was refused."""
    if not cases:
        return 422, f"所选事项现在都不能{DECIDABLE[step]}：{STEPS[step].why}"
    if any(c.form.errors for c in cases):
        return 422, "有的内容还没有填对，请看标红的地方；什么都没有登记。"
    resolutions = [resolution(step, c.form) for c in cases]
    try:
        decide(found.meeting.pk, request.who.actor, dates.now(), resolutions)
    except BihuanError as error:
        return status_of(error), f"{error}什么都没有登记，填写的内容都还在。"
    return 200, ""


def _units(cases: Sequence[Case]) -> list[str]:
    if not any(c.form.wants_units for c in cases):
        return []
    units = cases[0].form.about.units.units
    return list(units) if len(units) <= MOST_UNITS else []
