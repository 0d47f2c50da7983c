"""Verification: the state of the chain, the last seals, and a check on demand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.ledger.reading import head
from bihuan.ledger.seal import make_seal
from bihuan.ledger.verify import verify
from bihuan.models import Entry, Seal
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to

_SEALS = 5


@opens_to(Duty.AUDIT)
def page(request: Request) -> HttpResponse:
    """Show how long the chain is, and what was sealed last."""
    return render(request, "ledger.html", _standing(request))


@opens_to(Duty.AUDIT, "POST")
def check(request: Request) -> HttpResponse:
    """Verify everything now and show what was found."""
    context = _standing(request) | {"verdict": verify(), "checked_at": dates.now()}
    return render(request, "ledger.html#state" if request.htmx else "ledger.html", context)


@opens_to(Duty.SEAL, "POST")
def seal(request: Request) -> HttpResponse:
    """Seal every entry so far."""
    made = make_seal(dates.now())
    messages.success(request, f"已封存到第{made.count}条留痕。请把封存文件另存到别处，由审计员保管。")
    return redirect("ledger")


def _standing(request: Request) -> dict[str, Any]:
    count, digest, hash_name = head()
    last = Entry.objects.filter(pk=count).first()
    seals = list(Seal.objects.order_by("-count")[:_SEALS])
    return {
        "count": count,
        "head": digest.hex(),
        "hash_name": hash_name.upper(),
        "last": last,
        "seals": seals,
        "unsealed": count - (seals[0].count if seals else 0),
        "may_seal": request.who.actor.may(Duty.SEAL),
    }
