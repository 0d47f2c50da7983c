"""Findings that somebody dismissed with a reason: they stay dismissed in later versions of the same text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from bihuan.library.proofread.base import Finding
from bihuan.library.proofread.text import Text
from bihuan.models import ProofDismissal

_AROUND = 12


def dismissed(text: Text, findings: Iterable[Finding]) -> dict[str, str]:
    """Return key → reason of those of ``findings`` that were dismissed, here or in an earlier version of the text."""
    keys = [key_of(text, finding) for finding in findings]
    return dict(ProofDismissal.objects.filter(key__in=keys).values_list("key", "reason"))


def dismiss(text: Text, finding: Finding, reason: str, now: datetime) -> None:
    """Keep that ``finding`` is none, and why; a later reason replaces an earlier one."""
    ProofDismissal.objects.update_or_create(
        key=key_of(text, finding),
        defaults={
            "text_hash": _hash(text.text),
            "rule": finding.rule,
            "found": finding.text,
            "context": finding.context,
            "reason": reason,
            "at": now,
        },
    )


def key_of(text: Text, finding: Finding) -> str:
    """Return what tells the finding again: its rule, words and surroundings in its paragraph, and the title of the text."""
    title = text.title.text if text.title else ""
    p = text.paragraph_at(finding.start)
    begin, end = (p.start, max(p.end, finding.end)) if p else (finding.start, finding.end)
    before = text.text[max(finding.start - _AROUND, begin) : finding.start]
    after = text.text[finding.end : min(finding.end + _AROUND, end)]
    return _hash("\x1f".join((title, finding.rule, before, finding.text, after)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
