"""What takes long is put off: the page comes at once, and asks for that part by itself (without JavaScript: by a link)."""

from __future__ import annotations

from collections.abc import Sequence

from bihuan.models import Item
from bihuan.web.access import Request

#: With more items than this, what reads each of them is put off.
MANY_ITEMS = 300
_WHOLE = "whole"


def put_off(request: Request, heavy: bool) -> str:
    """Return the address at which the ``heavy`` part is had, "" where it belongs into this answer."""
    if not heavy or request.htmx or _WHOLE in request.GET:
        return ""
    return f"?{query_of(request, **{_WHOLE: '1'})}"


def query_of(request: Request, **more: str) -> str:
    """Return the query of this page, which asks for nothing by itself, and ``more``."""
    query = request.GET.copy()
    query.pop(_WHOLE, None)
    for name, value in more.items():
        query[name] = value
    return query.urlencode()


def more_than(most: int, registers: Sequence[int]) -> bool:
    """Whether ``registers`` hold more than ``most`` items."""
    return Item.objects.filter(register_id__in=registers).order_by()[: most + 1].count() > most
