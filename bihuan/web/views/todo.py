"""The home of everybody who works: what they have to do now."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.queries.todo import COUNT_LIMIT, todo
from bihuan.rules.permissions import Duty, Role
from bihuan.web import dates, todo_page
from bihuan.web.access import Door, Request, opens_to
from bihuan.web.procedures import procedures_of

#: Somebody with no other role than these has nothing to do here, and begins with the overview.
_ONLOOKERS = frozenset({Role.AUDITOR})


@opens_to(Door.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """Show the tasks; whoever sees no business content is told what is theirs."""
    actor = request.who.actor
    if not actor.may(Duty.READ):
        return render(request, "welcome.html")
    if {g.role for g in actor.grants} <= _ONLOOKERS:
        return redirect("overview")
    now = dates.now()
    found = todo(actor, now)
    procedures = procedures_of({t.item.procedure_id for t in found.tasks if t.item})
    shown = todo_page.groups(found, procedures, now, actor.unit)
    context = {
        "groups": shown,
        "summary": todo_page.summary(shown),
        "rests": todo_page.rests(found, COUNT_LIMIT),
        "nothing_yet": not shown and not request.who.campaigns,
        "may_import": actor.may(Duty.IMPORT),
    }
    return render(request, "todo.html", context)
