"""Backups: make one, see what there is, verify one, and read how it is restored.

They stay in their folder and are not handed out here: whoever keeps the system sees no business content by its pages.
"""

from __future__ import annotations

import shlex
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.ledger import backup
from bihuan.ledger.backup_check import check_backup
from bihuan.rules.errors import BihuanError
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import status_of


@opens_to(Duty.BACKUP, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """List the backups; make one now."""
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            made = backup.make_backup(dates.now())
        except (BihuanError, OSError) as error:
            context["refusal"] = error
            status = status_of(error) if isinstance(error, BihuanError) else 422
        else:
            assert made.note is not None
            messages.success(
                request, f"已备份到第{made.note.count}条留痕：{made.path.name}。建议接着核验一次。"
            )
            return redirect("backups")
    elif lack := backup.obstacle():
        context["obstacle"] = lack
    context |= {"backups": backup.backups(), "folder": backup.folder()}
    return render(request, "backups.html", context, status=status)


@opens_to(Duty.BACKUP, "GET", "POST")
def one(request: Request, name: str) -> HttpResponse:
    """Show one backup with the command that restores it; verify it."""
    found = backup.backup_named(name)
    context: dict[str, Any] = {"backup": found, "command": f"bihuan restore {shlex.quote(str(found.path))}"}
    if request.method == "POST":
        context |= {"checked": check_backup(found), "checked_at": dates.now()}
    return render(request, "backup.html", context)
