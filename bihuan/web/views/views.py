"""Saved views of the register: a filter, an order and columns under a name; each person keeps their own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from bihuan.actions.saved_views import drop_view, keep_view
from bihuan.rules.permissions import Duty
from bihuan.web import filters
from bihuan.web.access import Request, opens_to


@opens_to(Duty.READ, "POST")
def keep(request: Request) -> HttpResponse:
    """Keep what the list shows under a name; the same name again replaces it."""
    query = filters.read(QueryDict(request.POST.get("query", ""))).query()
    name = keep_view(request.who.actor.person, request.POST.get("name", ""), query).name
    messages.success(request, f"已存为视图“{name}”。")
    return redirect(f"{reverse('items')}?{query}")


@opens_to(Duty.READ, "POST")
def drop(request: Request, view_id: int) -> HttpResponse:
    """Delete a view of one's own."""
    drop_view(request.who.actor.person, view_id)
    return redirect("items")
