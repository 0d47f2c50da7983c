"""The office's own list of words, which every proofreading uses: read by all, changed by supervisors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.library.proofread import own_words
from bihuan.queries.people import person_names
from bihuan.rules.errors import BihuanError, NotAllowed
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import status_of


@opens_to(Duty.READ, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """Show the list and its versions; keep what was changed."""
    kept, status = own_words.kept_words(), 200
    context: dict[str, Any] = {"text": kept.text if kept else "", "version": kept.pk if kept else 0}
    if request.method == "POST":
        try:
            return _changed(request)
        except BihuanError as error:
            context |= {
                "refusal": error,
                "text": request.POST.get("text", ""),
                "version": request.POST.get("version", "0"),
            }
            status = status_of(error)
    versions = own_words.history()
    context |= {
        "versions": versions,
        "people": person_names({v.person_id for v in versions}),
        "may_change": request.who.actor.may(Duty.COLLECT),
    }
    return render(request, "library_words.html", context, status=status)


def _changed(request: Request) -> HttpResponse:
    actor = request.who.actor
    if not actor.may(Duty.COLLECT):
        raise NotAllowed("用语表由督办员修改。", hint="请把要加的词告诉督办员。")
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 12 else 0
    own_words.keep_words(request.POST.get("text", ""), actor.person, dates.now(), seen)
    messages.success(request, "用语表已保存，以后的校对、起草都用它。")
    return redirect("library-words")
