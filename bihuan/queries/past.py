"""Figures that each process remembers: those of the past, which what is entered today does not change, and sums that only grow."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from bihuan.ledger.reading import entry_hash_at, head
from bihuan.models import Entry, Happening, Transition

T = TypeVar("T")
K = TypeVar("K")
#: So many are kept, the last that were asked for: each is as large as its page.
KEPT = 32
_JUST = timedelta(seconds=5)


@dataclass(frozen=True)
class _Held:
    """A value, and up to which entry (with its hash) it is known to hold."""

    seq: int
    hash: bytes
    value: Any


_held: OrderedDict[Hashable, _Held] = OrderedDict()
_lock = Lock()


def remembered(
    key: Hashable,
    until: datetime | None,
    make: Callable[[], T],
    *,
    upto: int | None = None,
    of: type[Transition | Happening] = Transition,
    using: str = "default",
) -> T:
    """Return ``make()``, which depends on rows of ``of`` at or before ``until``, and of entries up to ``upto``, alone (None: of all).

    Nobody may change what is returned. It is made again when an entry that was added since tells of that time, or when the
    ledger is another one: its chain no longer has the entry up to which the value was known to hold. What is asked for as of
    this very moment is not remembered, for nobody asks for that moment again.
    """
    if until is not None and is_now(until):
        return make()
    seq, hash_, _ = head(using)
    # up to the last entry or a later one it is the same as of all entries, and stays so when others follow
    whole = using, key, until, upto if upto is not None and upto < seq else None
    if whole[2:] == (None, None):
        return make()
    with _lock:
        held = _held.get(whole)
    value: T = (
        held.value if held is not None and _holds(held, seq, _Reach(until, upto, of), using) else make()
    )
    _keep(whole, _Held(seq, hash_, value))
    return value


def unless(
    key: Hashable,
    entered: Callable[[QuerySet[Entry]], QuerySet[Entry]],
    make: Callable[[], T],
    using: str = "default",
) -> T:
    """Return ``make()``, which only such entries change as ``entered`` leaves of some. Nobody may change what is returned.

    It is made again once there is one that was added since, or when the ledger is another one.
    """
    whole = using, key, "unless"
    seq, hash_, _ = head(using)

    def changed(since: int) -> bool:
        return entered(Entry.objects.using(using).filter(seq__gt=since, seq__lte=seq)).exists()

    with _lock:
        held = _held.get(whole)
    if held is None or not _is_of(held, seq, using) or (held.seq < seq and changed(held.seq)):
        held = _Held(seq, hash_, make())
    value: T = held.value
    _keep(whole, _Held(seq, hash_, value))
    return value


def is_now(until: datetime) -> bool:
    """Whether ``until`` is this very moment: nobody asks for it again."""
    return until >= timezone.now() - _JUST


def summed(
    key: Hashable, between: Callable[[int, int], Mapping[K, int]], upto: int, using: str = "default"
) -> dict[K, int]:
    """Return what the entries up to the seq ``upto``, which the chain has, add up to, from rows that are only ever added.

    ``between`` (first, last) tells what the entries behind the seq ``first`` and up to ``last`` add. What was added up once is not read
    again as long as the chain is the same one.
    """
    whole = using, key, "summed"
    seq, hash_, _ = head(using)
    with _lock:
        held = _held.get(whole)
    if held is None or not _is_of(held, seq, using):
        held = _Held(0, b"", {})
    total = _plus(held.value, between(held.seq, seq), 1) if held.seq < seq else held.value
    _keep(whole, _Held(seq, hash_, total))
    return _plus(total, between(upto, seq), -1) if upto < seq else dict(total)


def _plus(total: Mapping[K, int], more: Mapping[K, int], sign: int) -> dict[K, int]:
    found = dict(total)
    for part, amount in more.items():
        found[part] = found.get(part, 0) + sign * amount
    return found


def _keep(whole: Hashable, held: _Held) -> None:
    """Remember it, and forget what was not asked for longest."""
    with _lock:
        _held[whole] = held
        _held.move_to_end(whole)
        while len(_held) > KEPT:
            _held.popitem(last=False)


@dataclass(frozen=True)
class _Reach:
    """Which rows a value depends on."""

    until: datetime | None
    upto: int | None
    of: type[Transition | Happening]


def _is_of(held: _Held, seq: int, using: str) -> bool:
    """Whether the chain, whose last entry is ``seq``, is the one that it was held of."""
    return held.seq <= seq and entry_hash_at(held.seq, using) == held.hash


def _holds(held: _Held, seq: int, reach: _Reach, using: str) -> bool:
    if not _is_of(held, seq, using):
        return False
    added = reach.of.objects.using(using).filter(seq__gt=held.seq)
    if reach.until is not None:
        added = added.filter(at__lte=reach.until)
    if reach.upto is not None:
        added = added.filter(seq__lte=reach.upto)
    return not added.exists()
