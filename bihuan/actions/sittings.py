"""Ending sessions: by their owner, and by nobody else."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.sessions.models import Session

from bihuan.models import SignedIn


def end_sittings(keys: Iterable[str]) -> None:
    """End the sessions with these keys; whoever uses one is logged out with the next click."""
    keys = list(keys)
    Session.objects.filter(session_key__in=keys).delete()
    SignedIn.objects.filter(session_key__in=keys).delete()
