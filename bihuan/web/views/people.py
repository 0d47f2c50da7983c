"""People: who there is, which roles they hold, and how they log in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.accounts import create_account, reset_password, set_identity, switch_account
from bihuan.actions.house import create_person, grant_role, revoke_role
from bihuan.queries.accounts import provider_name, wants_password
from bihuan.queries.people import directory
from bihuan.queries.staff import staff, staff_member
from bihuan.rules.errors import BihuanError, Invalid, NotFound
from bihuan.rules.permissions import ROLE_NAMES, Actor, Duty, Role
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.forms.house import GrantRole, NewPerson


@opens_to(Duty.ROLES)
def page(request: Request) -> HttpResponse:
    """List the people of the units that this administrator looks after."""
    text = " ".join(request.GET.get("q", "").split())
    lines = [line for line in staff(request.who.actor) if text in f"{line.person.name}　{line.unit}"]
    context = {"lines": lines, "text": text, "may_add": request.who.actor.may(Duty.PEOPLE)}
    return render(request, "people.html#list" if request.htmx else "people.html", context)


@opens_to(Duty.PEOPLE, "GET", "POST")
def new(request: Request) -> HttpResponse:
    """Add a person with an account; the password is shown once."""
    units = directory()
    form = NewPerson(units, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = _add(request.who.actor, form.cleaned_data)
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            return _show_password(request, person, form.cleaned_data["account"], password)
    context = {"form": form, "unit_names": list(units.units)}
    return render(request, "person_new.html", context, status=422 if form.errors else 200)


def _add(actor: Actor, given: dict[str, Any]) -> tuple[int, str]:
    """Create person, role and account: all of it, or nothing."""
    now = dates.now()
    with transaction.atomic():
        person = create_person(actor, now, given["name"], given["unit"], post=given["post"])
        if given["role"]:
            grant_role(actor, now, person, Role(given["role"]), given["unit"])
        return person, create_account(given["account"], person, by_password=wants_password(person))


@opens_to(Duty.ROLES, "GET", "POST")
def one(request: Request, person_id: int) -> HttpResponse:
    """Show a person; grant a role."""
    line, units = staff_member(request.who.actor, person_id), directory()
    form = GrantRole(units, request.POST or None, initial={"unit": line.unit})
    if request.method == "POST" and form.is_valid():
        role, unit = form.chosen()
        try:
            grant_role(request.who.actor, dates.now(), person_id, role, unit)
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已授予{line.person.name}“{ROLE_NAMES[role]}”岗位。")
            return redirect("people-one", person_id)
    context = {"line": line, "form": form, "unit_names": list(units.units)}
    context |= {"may_manage": request.who.actor.may(Duty.PEOPLE), "provider": settings.PROVIDER}
    context["wants_password"] = wants_password(person_id)
    return render(request, "person.html", context, status=422 if form.errors else 200)


@opens_to(Duty.ROLES, "POST")
def revoke(request: Request, person_id: int) -> HttpResponse:
    """Take a role away."""
    line = staff_member(request.who.actor, person_id)
    role, unit = request.POST.get("role", ""), request.POST.get("unit", "")
    held = next((h for h in line.held if (h.role, str(h.unit)) == (role, unit)), None)
    if held is None:
        raise NotFound("该人员没有这一岗位。")
    if person_id == request.who.actor.person:
        raise Invalid("不能撤销自己的岗位。", hint="请由另一位管理员办理。")
    revoke_role(request.who.actor, dates.now(), person_id, Role(held.role), held.unit)
    messages.success(request, f"已撤销{line.person.name}的“{held.name}”岗位。")
    return redirect("people-one", person_id)


@opens_to(Duty.PEOPLE, "POST")
def account(request: Request, person_id: int) -> HttpResponse:
    """Make an account, give it a new password, or switch it off or on."""
    line = staff_member(request.who.actor, person_id)
    name = line.account.name if line.account else " ".join(request.POST.get("name", "").split())
    what = request.POST.get("do", "")
    if what == "create" and line.account is None:
        made = create_account(name, person_id, by_password=wants_password(person_id))
        return _show_password(request, person_id, name, made)
    if line.account is None or what not in {"reset", "on", "off"}:
        raise Invalid("没有这样的账号操作。", hint="请从人员页面办理。")
    if what == "reset":
        return _show_password(request, person_id, name, reset_password(name))
    if line.account.pk == request.account.pk:
        raise Invalid("不能停用自己的账号。")
    switch_account(name, active=what == "on")
    messages.success(request, f"账号“{name}”已{'启用' if what == 'on' else '停用'}。")
    return redirect("people-one", person_id)


@opens_to(Duty.PEOPLE, "POST")
def identity(request: Request, person_id: int) -> HttpResponse:
    """Say what the provider calls a person."""
    line = staff_member(request.who.actor, person_id)
    if line.account is None:
        raise Invalid("这个人员还没有账号。", hint="请先建账号。")
    set_identity(line.account.name, request.POST.get("identity", ""))
    messages.success(request, f"已记下{line.person.name}的统一身份标识。")
    return redirect("people-one", person_id)


def _show_password(request: Request, person_id: int, name: str, password: str) -> HttpResponse:
    """Show a new password this once; whoever logs in through the provider has none."""
    if not password:
        messages.success(request, f"账号“{name}”已建好。本人用{provider_name()}登录，没有本机密码。")
        return redirect("people-one", person_id)
    return render(
        request, "person_password.html", {"person_id": person_id, "name": name, "password": password}
    )
