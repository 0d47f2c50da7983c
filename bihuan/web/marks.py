"""Marks that templates and tables draw alike: lamps, badges, times, texts cut short."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from bihuan.rules.procedure_types import COLOURS
from bihuan.rules.workflow import STATE_NAMES
from bihuan.web import dates

#: State → the tone of its badge; the words say the same.
_TONES = {
    "registered": "wait",
    "approved": "wait",
    "assigned": "wait",
    "returned": "warn",
    "working": "work",
    "reviewing": "work",
    "passed": "work",
    "closed": "done",
    "suspended": "rest",
    "merged": "rest",
    "cancelled": "rest",
}


@lru_cache(maxsize=32)
def lamp(colour: str) -> SafeString:
    """Show a colour as a mark with its name: the colour is never the only sign."""
    return format_html('<span class="lamp lamp-{}">{}</span>', colour, COLOURS[colour])


@lru_cache(maxsize=256)
def badge(state: str, name: str = "") -> SafeString:
    """Show a state with its name (the procedure's own word where it has one)."""
    return format_html('<span class="state state-{}">{}</span>', _TONES[state], name or STATE_NAMES[state])


def ago(value: datetime | None, at: datetime | None = None) -> SafeString | str:
    """Show a time as a relative one, with the exact one in its title."""
    if value is None:
        return ""
    relative = dates.since_words(value, at or dates.now())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), dates.moment_words(value), relative
    )


def shortened(text: str, most: int) -> str:
    """Return the first ``most`` characters of ``text``, the last an ellipsis where there are more.

    Django's filter looks at every character for marks that take no place of their own; Chinese has none.
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
