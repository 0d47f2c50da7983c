"""What one unit was asked for this year, thing by thing: what the numbers of its burden count."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from bihuan.models import Slip
from bihuan.queries.burden import asked_of, burdened, this_year
from bihuan.queries.inspection import inspections
from bihuan.queries.meetings import meetings
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.addresses import address_of
from bihuan.web.marks import shortened

#: So many of each are listed; how many there are beyond is said.
MOST = 100
_OF_SLIP = ("id", "number", "rung", "issued_at")
_OF_ITEM = ("id", "number", "title", "assigned_at")
_TITLE = 60


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
        "papers": [(name, label, rows.count(), _papers(rows)) for name, label, rows in papers],
        "items": [
            (address_of("items-one", pk), number, shortened(title, _TITLE), f"{dates.day_words(at)}交办")
            for pk, number, title, at in found.items.values_list(*_OF_ITEM)[:MOST]
        ],
        "given": found.items.count(),
        "inspections": [(i, i.pk in inspected) for i in found.inspections],
        "meetings": [(m, m.pk in called) for m in found.meetings],
    }
    return render(request, "burden.html", context)


def _papers(rows: QuerySet[Slip]) -> list[tuple[str, str, str, str]]:
    """The first of some slips, each as a line of a list: where it leads, its number, what it is and when it went out."""
    return [
        (address_of("slips-one", pk), number, rung, f"{dates.day_words(at)}发出")
        for pk, number, rung, at in rows.values_list(*_OF_SLIP)[:MOST]
    ]
