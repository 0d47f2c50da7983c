"""The Word templates from which drafts begin: taken away, changed in Word, brought back; a mistake is told with its place."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.excel.incoming import keep
from bihuan.library.drafts.templates import drop_template, keep_template, template_of, templates
from bihuan.queries.people import person_names
from bihuan.rules.errors import BihuanError, Invalid, NotAllowed
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import status_of


@opens_to(Duty.DRAFT, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """Show the template of each kind of draft; take one of the office's own, or go back to the built-in one."""
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            return _changed(request)
        except BihuanError as error:
            context, status = {"refusal": error}, status_of(error)
    found = templates()
    context |= {
        "templates": found,
        "people": person_names({one.own.person_id for one in found if one.own}),
        "may_change": request.who.actor.may(Duty.COLLECT),
    }
    return render(request, "library_templates.html", context, status=status)


def _changed(request: Request) -> HttpResponse:
    actor, code = request.who.actor, request.POST.get("kind", "")
    if not actor.may(Duty.COLLECT):
        raise NotAllowed("模板由督办员更换。", hint="请把改好的模板交给督办员。")
    if request.POST.get("do") == "builtin":
        drop_template(code, actor.person, dates.now())
        messages.success(request, f"{template_of(code).kind.name}已用回内置的模板。")
        return redirect("library-templates")
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("没有选择文件。", hint="请选择在 Word 里改好的模板（docx）。")
    kept = keep(upload, actor.person)
    one = keep_template(code, kept.name, kept.content(), actor.person, dates.now())
    messages.success(request, f"试填没有问题，{one.kind.name}以后从“{one.name}”起草。")
    return redirect("library-templates")


@opens_to(Duty.DRAFT)
def file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the template that counts."""
    found = template_of(kind)
    return FileResponse(BytesIO(found.content()), as_attachment=True, filename=found.name)
