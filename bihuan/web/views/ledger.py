"""Verification: the state of the chain, the last seals, and a check on demand."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from bihuan.ledger.export import exported, verifier_program
from bihuan.ledger.reading import head
from bihuan.ledger.seal import make_seal
from bihuan.ledger.verify import verify
from bihuan.models import Entry, Seal
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to

_SEALS = 5
_PLAIN = "application/octet-stream"


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


@opens_to(Duty.AUDIT)
def export(request: Request) -> HttpResponseBase:
    """Hand out every entry, as the stand-alone verifier reads them, to whoever audits and may read all of them."""
    if not _reads_all(request):
        raise NotAllowed("导出全部留痕，须能查看全部事项的审计员或督办员办理。")
    lines = (text.encode() for text, _ in exported(upto=head()[0]))
    name = content_disposition_header(as_attachment=True, filename=_export_name())
    # FileResponse would name a file of lines that are made one after the other like the address: "export".
    return StreamingHttpResponse(lines, content_type=_PLAIN, headers={"Content-Disposition": name})


@opens_to(Duty.AUDIT)
def seals(request: Request) -> HttpResponseBase:
    """Hand out the file of the seals: each copy in other hands shows when the ledger was cut or written anew."""
    if not settings.SEAL_FILE.is_file():
        raise NotFound("还没有封存文件。", hint="先封存一次。")
    file = settings.SEAL_FILE.open("rb")
    return FileResponse(file, as_attachment=True, filename="封存.jsonl", content_type=_PLAIN)


@opens_to(Duty.AUDIT)
def verifier(request: Request) -> HttpResponseBase:
    """Hand out the stand-alone verifier, which needs neither this server nor this software."""
    program = verifier_program()
    content = BytesIO(program.read_bytes())
    return FileResponse(content, as_attachment=True, filename=program.name, content_type=_PLAIN)


def _export_name() -> str:
    return f"留痕导出（{dates.today().isoformat()}）.jsonl"


def _reads_all(request: Request) -> bool:
    return request.who.actor.may(Duty.READ) and request.who.units is None


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
        "export_name": _export_name(),
        "may_export": _reads_all(request),
        "sealed_file": settings.SEAL_FILE.is_file(),
        "may_seal": request.who.actor.may(Duty.SEAL),
    }
