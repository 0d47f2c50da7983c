"""What one unit was asked for this year, thing by thing: what the numbers of its burden count."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from bihuan.queries.burden import asked_of, burdened, this_year
from bihuan.queries.inspection import inspections
from bihuan.queries.meetings import meetings
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to

#: So many of each are listed; how many there are beyond is said.
MOST = 100
_OF_SLIP = ("id", "number", "rung", "issued_at")


@opens_to(Duty.READ)
def page(request: Request, unit_id: int) -> HttpResponse:
    """List the slips, items, inspections and meetings of a unit; whoever sees only some units sees those alone."""
    who = request.who
    unit = burdened(who, unit_id)
    found = asked_of(unit_id, *this_year(dates.now()))
    asked = found.slips.filter(answer_due__isnull=False)
    papers = (
        ("slips", "收到单据", found.slips),
        ("asked", "要求答复的单据", asked),
        ("waiting", "未了单据", found.waiting),
    )
    inspected, called = {i.pk for i in inspections(who.actor)}, {m.pk for m in meetings(who.actor)}
    context = {
        "unit": unit,
        "year": dates.today().year,
        "papers": [
            (name, label, rows.count(), list(rows.only(*_OF_SLIP)[:MOST])) for name, label, rows in papers
        ],
        "items": list(found.items.only("id", "number", "title", "assigned_at")[:MOST]),
        "given": found.items.count(),
        "inspections": [(i, i.pk in inspected) for i in found.inspections],
        "meetings": [(m, m.pk in called) for m in found.meetings],
    }
    return render(request, "burden.html", context)
