"""The office's own list of words, kept in the database and used wherever a text is proofread; every version of it stays."""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError, transaction

from bihuan.library.proofread.lexicon import lexicon
from bihuan.models import OfficeWords
from bihuan.rules.errors import Invalid, Stale

LONGEST = 200_000


def kept_words(using: str = "default") -> OfficeWords | None:
    """Return the list that counts, None where none was kept, or where there is no database yet."""
    try:
        return OfficeWords.objects.using(using).order_by("-id").first()
    except DatabaseError:
        return None


def words_text(more: str = "", using: str = "default") -> str:
    """Return the list that counts, with ``more`` behind it: what is said last, counts. Raises WordsInvalid for a mistake in ``more``."""
    lexicon(more)
    kept = kept_words(using)
    return "\n".join(filter(None, [kept.text if kept else "", f"[words]\n{more}" if more else ""]))


def keep_words(
    text: str, person: int, now: datetime, version: int | None = None, using: str = "default"
) -> OfficeWords:
    """Keep ``text`` as the list that counts. Raises WordsInvalid with the line, Invalid for too much of it.

    ``version`` is the id of the list that was changed (0: there was none); raises Stale where it is no longer the newest.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) > LONGEST:
        raise Invalid(f"用语表有 {len(plain)} 字，最多 {LONGEST} 字。")
    lexicon(plain)
    with transaction.atomic(using=using):
        newest = OfficeWords.objects.using(using).order_by("-id").first()
        if version is not None and version != (newest.pk if newest else 0):
            raise Stale("用语表刚被别人改过，您的改动没有保存。", hint="请复制您的文字，刷新后再改。")
        if newest is not None and newest.text == plain:
            return newest
        return OfficeWords.objects.using(using).create(text=plain, person_id=person, at=now)


def history(using: str = "default") -> list[OfficeWords]:
    """Return the versions of the list, the newest first."""
    return list(OfficeWords.objects.using(using).defer("text").order_by("-id")[:50])
