"""Signs of false closure (疑点): hints where to look, each with its evidence; never a verdict, never a score, never about people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.actions.sign import dismiss_sign
from bihuan.ledger.reading import head
from bihuan.queries import sign_index
from bihuan.queries.signs import sign_page, signs_of
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty
from bihuan.rules.signs import SIGN_NAMES
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.views.item import visible

#: Closures of so many days are looked at unless another day is chosen.
DAYS = 90
#: So many items are looked at for one page: each is compared with what others wrote and showed.
PAGE = 20
#: A page does not keep its reader longer than so many seconds with comparing; what is left is told.
_PATIENCE = 8.0


@dataclass(frozen=True)
class Chosen:
    """The filter of the list; "" and 0 choose nothing."""

    register: int
    kind: str
    since: str
    dismissed: bool

    def query(self) -> str:
        """Return the part of the address that says the same."""
        pairs = {
            "register": self.register,
            "kind": self.kind,
            "since": self.since,
            "dismissed": int(self.dismissed),
        }
        return urlencode({name: value for name, value in pairs.items() if value})


def _read(given: Mapping[str, str]) -> Chosen:
    register = given.get("register", "")
    return Chosen(
        int(register[:18]) if register.isascii() and register.isdigit() else 0,
        given.get("kind", "") if given.get("kind", "") in SIGN_NAMES else "",
        given.get("since", ""),
        given.get("dismissed") == "1",
    )


@opens_to(Duty.SIGNS, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """List the signs; sent, take in what was entered since they were last compared."""
    chosen = _read(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        until = monotonic() + _PATIENCE
        sign_index.extend(stop=lambda: monotonic() > until)
        return redirect(f"{reverse('signs')}?{chosen.query()}")
    who = request.who
    registers = [who.register(chosen.register)] if chosen.register else who.registers
    since = dates.read_day(chosen.since) or dates.today() - timedelta(days=DAYS)
    before = request.GET.get("before", "")
    found = sign_page(
        [r.pk for r in registers],
        who.actor,
        PAGE,
        before=int(before[:18]) if before.isascii() and before.isdigit() else 0,
        since=since,
        kinds=[chosen.kind] if chosen.kind else (),
        dismissed=chosen.dismissed,
    )
    context = {
        "found": found,
        "before": before,
        "chosen": chosen,
        "query": chosen.query(),
        "since": since,
        "registers": who.registers,
        "kinds": SIGN_NAMES,
        "behind": head()[0] - sign_index.reached(),
        "may_dismiss": who.actor.may(Duty.DISMISS_SIGN),
    }
    return render(request, "signs.html", context)


@opens_to(Duty.SIGNS, "POST")
def dismiss(request: Request, item_id: int) -> HttpResponse:
    """Set a sign aside: somebody looked, and says what they found."""
    item = visible(request, item_id).item
    sign, key = request.POST.get("sign", ""), request.POST.get("key", "")
    if not any((s.sign, s.key) == (sign, key) for s in signs_of(item, request.who.actor)):
        raise NotFound("这一事项没有这条疑点，可能已有变化。", hint="请返回刷新后再看。")
    dismiss_sign(item_id, request.who.actor, dates.now(), sign, key, request.POST.get("reason", ""))
    messages.success(request, f"{item.number}：“{SIGN_NAMES[sign]}”已排除，核实的情况记入台账。")
    return redirect("signs") if request.POST.get("back") == "signs" else redirect("items-one", item_id)
