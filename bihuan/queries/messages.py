"""What somebody was told, how it stands with the digests, and which outlets and calendars there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from bihuan.models import Delivery, Feed, Message, Outlet
from bihuan.rules.errors import NotFound
from bihuan.rules.outlets import OUTLETS

STATES = {
    "waiting": "待发送",
    "sending": "发送中",
    "sent": "已送达",
    "read": "已在收件箱阅看，不再发送",
    "given-up": "多次失败，不再发送",
}
"""State of a delivery → what people call it; one that waits after a failure is told as failed, with the reason."""

#: Unread messages are counted up to this.
COUNTED = 99


@dataclass(frozen=True)
class Way:
    """How a message fared on one way: the outlet, in words how it stands, why it failed, and how often it was tried."""

    outlet: str
    state: str
    reason: str
    attempts: int


@dataclass(frozen=True)
class Told:
    """A message and the ways that it takes beside the inbox."""

    message: Message
    ways: list[Way] = field(default_factory=list)


def unread(person: int, using: str = "default") -> int:
    """Return how many messages the person has not read, at most ``COUNTED`` + 1."""
    mine = Message.objects.using(using).filter(person_id=person, read_at__isnull=True)
    return mine.values("seq")[: COUNTED + 1].count()


def inbox(
    person: int, *, unread_only: bool = False, skip: int = 0, most: int = 50, using: str = "default"
) -> tuple[list[Told], bool]:
    """Return the person's messages, unread ones first, then the newest; and whether there are more after ``most``."""
    mine = Message.objects.using(using).filter(person_id=person).order_by("-seq")
    fresh, wanted = mine.filter(read_at__isnull=True), most + 1
    found = list(fresh[skip : skip + wanted])
    # each half in the order of its index: sorted together, all that the person was ever told would be read
    if len(found) < wanted and not unread_only:
        start = 0 if found else max(skip - fresh.count(), 0)
        found += mine.filter(read_at__isnull=False)[start : start + wanted - len(found)]
    return _with_ways(found[:most], using), len(found) > most


def _with_ways(messages: Sequence[Message], using: str) -> list[Told]:
    outlets = {o.pk: o for o in Outlet.objects.using(using).all()}
    ways: dict[int, list[tuple[Outlet, Delivery]]] = defaultdict(list)
    if outlets:
        for d in (
            Delivery.objects.using(using).filter(seq__in=[m.seq for m in messages]).order_by("outlet_id")
        ):
            ways[d.seq].append((outlets[d.outlet_id], d))
    return [
        Told(m, [_way(o, d) for o, d in ways[m.seq] if m.person_id == o.person_id or m.unit_id == o.unit_id])
        for m in messages
    ]


def _way(outlet: Outlet, delivery: Delivery) -> Way:
    failed = delivery.state == "waiting" and delivery.reason
    return Way(
        OUTLETS[outlet.kind],
        "未送达，稍后再试" if failed else STATES[delivery.state],
        delivery.reason,
        delivery.attempts,
    )


def outlets(using: str = "default") -> list[tuple[Outlet, dict[str, int], str]]:
    """Return the outlets in use, each with the number of its messages by state, and why the last of them failed."""
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    deliveries = Delivery.objects.using(using).order_by()
    for outlet, state, n in deliveries.values_list("outlet_id", "state").annotate(Count("seq")):
        counted[outlet][state] = n
    reasons = dict(deliveries.exclude(reason="").order_by("seq").values_list("outlet_id", "reason"))
    live = Outlet.objects.using(using).filter(active=True).order_by("id")
    return [(o, counted[o.pk], reasons.get(o.pk, "")) for o in live]


def outlet_of(outlet_id: int, using: str = "default") -> Outlet:
    """Return the outlet in use. Raises NotFound."""
    outlet = Outlet.objects.using(using).filter(pk=outlet_id, active=True).first()
    if outlet is None:
        raise NotFound(f"没有编号为 {outlet_id} 的消息通道，或已停用。")
    return outlet


def failed(outlet_id: int, using: str = "default") -> QuerySet[Delivery]:
    """Return the deliveries that failed, waiting to be tried again or given up."""
    return Delivery.objects.using(using).filter(outlet_id=outlet_id).exclude(reason="").exclude(state="sent")


def failures(outlet_id: int, most: int = 50, using: str = "default") -> tuple[list[Delivery], int]:
    """Return the newest of the deliveries that failed, and how many more there are."""
    rows = failed(outlet_id, using)
    found = list(rows.order_by("-seq")[:most])
    return found, max(rows.count() - len(found), 0)


def feeds(person: int | None = None, using: str = "default") -> list[Feed]:
    """Return the calendars in use, of one person or (None) of all."""
    live = Feed.objects.using(using).filter(revoked_at__isnull=True).order_by("id")
    return list(live if person is None else live.filter(person_id=person))
