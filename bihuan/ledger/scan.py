"""The malware hook: an uploaded file is handed to the command of the settings before anything else is done with it."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

from django.conf import settings

from bihuan.rules.errors import Invalid

_SECONDS = 120


class Infected(Invalid):
    """这个文件没有通过病毒检查，没有接收。"""

    code = "infected"
    default_hint = "请先在本机杀毒，再上传；若确认文件没有问题，请联系系统管理员。"


def scanned(upload: Any) -> None:
    """Raise Infected unless the command finds the file clean; without a command every file passes.

    A command that cannot run lets nothing pass: a check that silently stopped would be none.
    """
    if not settings.SCAN_COMMAND:
        return
    upload.seek(0)
    try:
        done = subprocess.run(  # noqa: S603  # the operator's own command; nothing of the upload is in its arguments
            shlex.split(settings.SCAN_COMMAND),
            input=upload.read(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Infected(
            "病毒检查程序没有运行，文件没有接收。", hint="请联系系统管理员检查设置 BIHUAN_SCAN。"
        ) from error
    upload.seek(0)
    if done.returncode:
        raise Infected
