"""Idempotency keys: the same call, sent again because its answer was lost, is answered the same and does nothing twice."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from bihuan.api.call import Call, now
from bihuan.api.errors import Reused, Unreadable
from bihuan.models import Answer

KEPT = timedelta(days=1)
KEY = re.compile("[!-~]{1,200}")


def once(request: Call, take: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Answer a call: by ``take``, or, where its key was used for the same call before, as it was answered then.

    What was done and that the key was used are kept together or not at all; a refusal is not kept, it may be tried again.
    Raises Unreadable for a key that is none, Reused for one that another call used.
    """
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or key is None:
        return take()
    if not KEY.fullmatch(key):
        raise Unreadable("Idempotency-Key 应是1至200个字母、数字或符号，中间没有空格。")
    asked = _hash_of(request)
    with transaction.atomic():
        Answer.objects.filter(at__lt=now() - KEPT).delete()
        kept, new = Answer.objects.get_or_create(
            token_id=request.token.pk,
            key=key,
            defaults={"asked": asked, "status": 0, "content": "", "at": now()},
        )
        if not new:
            return _again(request, kept, asked)
        response = take()
        if isinstance(response, HttpResponse) and response.status_code < 400:
            kept.status = response.status_code
            kept.content = _box(request).encrypt(response.content).decode()
            kept.save(update_fields=["status", "content"])
        else:
            transaction.set_rollback(True)
        return response


def _again(request: Call, kept: Answer, asked: str) -> HttpResponse:
    if kept.asked != asked:
        raise Reused
    response = HttpResponse(
        _box(request).decrypt(kept.content.encode()),
        status=kept.status,
        content_type="application/json; charset=utf-8",
    )
    response["Idempotency-Replayed"] = "true"
    return response


def _box(request: Call) -> Fernet:
    """What is kept can be opened with the token alone: an answer may hold a password that is shown once."""
    return Fernet(
        base64.urlsafe_b64encode(hashlib.sha256(b"bihuan.answer:" + request.secret.encode()).digest())
    )


def _hash_of(request: Any) -> str:
    """Return the hash of what is asked for: method, address, version and content; a file counts by its name and bytes."""
    found = hashlib.sha256()
    for part in (request.method, request.get_full_path(), request.headers.get("If-Match", "")):
        found.update(f"{part}\0".encode())
    if request.content_type != "multipart/form-data":
        found.update(request.body)
        return found.hexdigest()
    for name, texts in sorted(request.POST.lists()):
        found.update(repr((name, texts)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            found.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return found.hexdigest()
