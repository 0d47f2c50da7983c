"""Saved views of the register: a filter, an order and columns under a name; each person keeps their own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from bihuan.models import SavedView
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.permissions import Duty
from bihuan.web import filters
from bihuan.web.access import Request, opens_to

MOST = 20


@opens_to(Duty.READ, "POST")
def keep(request: Request) -> HttpResponse:
    """Keep what the list shows under a name; the same name again replaces it."""
    name = " ".join(request.POST.get("name", "").split())
    query = filters.read(QueryDict(request.POST.get("query", ""))).query()
    person = request.who.actor.person
    if not name or len(name) > 40 or len(query) > 2000:
        raise Invalid("视图要有名称，不超过40字。", hint="如“我的逾期事项”。")
    others = SavedView.objects.filter(person_id=person).exclude(name=name).count()
    if others >= MOST:
        raise Invalid(f"最多保存{MOST}个视图。", hint="请先删去不用的。")
    SavedView.objects.update_or_create(person_id=person, name=name, defaults={"query": query})
    messages.success(request, f"已存为视图“{name}”。")
    return redirect(f"{reverse('items')}?{query}")


@opens_to(Duty.READ, "POST")
def drop(request: Request, view_id: int) -> HttpResponse:
    """Delete a view of one's own."""
    gone, _ = SavedView.objects.filter(pk=view_id, person_id=request.who.actor.person).delete()
    if not gone:
        raise NotFound("没有这个视图。")
    return redirect("items")
