"""What a digest says: one line a message, those of an item together, within what the outlet takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One message: the item's (or the inspection's) ``number`` and ``title``, and ``what`` there is to tell."""

    number: str
    title: str
    what: str
    urgent: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Digest:
    """A subject and a body in plain text."""

    subject: str
    body: str


def digest(lines: Iterable[Line], *, titles: bool, limit: int, link: str = "") -> Digest:
    """Return the digest of ``lines`` in their order; what does not fit is counted, never dropped in silence.

    ``titles`` tells the items' titles, else their numbers alone; ``limit`` is in characters; ``link`` leads to the inbox.
    """
    known = list(lines)
    urgent = "【紧急】" if any(line.urgent for line in known) else ""
    foot = f"\n请登录办理：{link}" if link else "\n请登录闭环办理。"
    parts: list[str] = []
    used = len(foot)
    told = [_told(group, titles=titles) for group in _by_item(known)]
    for at, part in enumerate(told):
        room = limit - used - 20
        if len(part) + 1 > room:
            if not parts:
                parts.append(part[: room - 1] + "…")
            rest = len(told) - max(at, 1)
            parts += [f"另有{rest}件，请登录查看。"] if rest else []
            break
        parts.append(part)
        used += len(part) + 1
    return Digest(f"{urgent}闭环督办提醒（{len(known)}条）", "\n".join(parts) + foot)


def _by_item(lines: list[Line]) -> list[list[Line]]:
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.number, line.title), []).append(line)
    return [*groups.values()]


def _told(group: list[Line], *, titles: bool) -> str:
    first = group[0]
    named = f"{first.number}“{first.title}”" if titles else first.number or f"“{first.title}”"
    whats = (f"{line.what}{'（此前可能已送达）' if line.doubtful else ''}" for line in group)
    return f"{named}：{'；'.join(whats)}。"
