"""Signs of false closure: hints where to look, each with its evidence. Never a verdict, never a score, never about people."""

from __future__ import annotations

from datetime import date

#: Kind of sign → what it is called.
SIGN_NAMES = {
    "copied": "文字与其他事项雷同",
    "photo": "照片重复使用",
    "bulk": "临近时限集中销号",
    "waived": "措施全部免办",
    "relapse": "同单位同类问题回潮",
}

#: So many closures of one unit on one day, each within the days before its deadline, are closures in bulk.
BULK, BULK_DAYS = 5, 3


def is_just_before(closed_on: date, due: date | None) -> bool:
    """Whether a closure on ``closed_on`` came within ``BULK_DAYS`` before the deadline ``due``, or on its day."""
    return due is not None and 0 <= (due - closed_on).days <= BULK_DAYS
