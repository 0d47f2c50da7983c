"""A calendar of deadlines as iCalendar (RFC 5545): all-day events that stay the same events when their day moves."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar, Event

from bihuan.ledger.reading import entry_hash_at
from bihuan.models import Feed
from bihuan.queries.deadlines import Deadline, deadlines_of
from bihuan.queries.people import unit_labels

_DAY = timedelta(days=1)


def feed_bytes(feed: Feed, *, site: str = "", using: str = "default") -> bytes:
    """Return the file of a calendar; the same bytes while nothing has changed. Raises NotFound when it may show nothing."""
    found = deadlines_of(feed, using)
    name = f"{unit_labels(using).get(feed.unit_id, '')}办理时限" if feed.unit_id else "我的办理时限"
    calendar = Calendar()
    calendar.add("prodid", "-//bihuan//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    ledger = (entry_hash_at(1, using) or b"").hex()[:16]
    for deadline in found:
        calendar.add_component(_event(deadline, ledger, site))
    return bytes(calendar.to_ical())


def _event(deadline: Deadline, ledger: str, site: str) -> Event:
    event = Event()
    event.add("uid", f"{deadline.key}@{ledger}.bihuan")
    event.add("dtstamp", deadline.changed_at)
    event.add("last-modified", deadline.changed_at)
    event.add("sequence", deadline.version)
    event.add("dtstart", deadline.day)
    event.add("dtend", deadline.day + _DAY)
    guess = "（暂定）" if deadline.provisional else ""
    event.add("summary", f"{deadline.what}{guess}：{deadline.number} {deadline.title}")
    event.add("status", "TENTATIVE" if deadline.provisional else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    said = f"承办单位：{deadline.unit}" if deadline.unit else ""
    event.add("description", f"{said}{'。该年放假安排未发布，日期暂定' if deadline.provisional else ''}")
    if site and deadline.key.partition("-")[0] in {"item", "check"}:
        event.add("url", f"{site.rstrip('/')}/items/{deadline.key.partition('-')[2]}/")
    return event
