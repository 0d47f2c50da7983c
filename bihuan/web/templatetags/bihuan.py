"""What every template may use (settings: builtins): dates in words, lamps, states, icons, names of units."""

from __future__ import annotations

import html
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from bihuan.models import Item
from bihuan.web import dates, marks, sheet, todo_lines, words
from bihuan.web.addresses import address, address_of
from bihuan.web.todo_lines import Line

register = template.Library()
register.filter("day", dates.day_words)
register.filter("short_day", dates.short_day)
register.filter("moment", dates.moment_words)
register.simple_tag(marks.lamp)
register.simple_tag(marks.badge)
register.simple_tag(marks.ago)


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """Draw a Tabler icon; it is decoration, the words beside it say what it means."""
    sheet = static("vendor/icons.svg")
    return format_html(
        '<svg class="ico" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', sheet, name
    )


class _Address(URLNode):
    """The address of a page, or of one thing, from the pattern that was read once: a page has up to hundreds of them."""

    def render(self, context: Context) -> str:
        """Return what Django's own tag does."""
        if self.kwargs or self.asvar:
            return super().render(context)
        view = self.view_name.resolve(context)
        if not self.args:
            return conditional_escape(address(view))
        pk, *words = [arg.resolve(context) for arg in self.args]
        if type(pk) is int and all(isinstance(word, str) for word in words):
            return conditional_escape(address_of(view, pk, *map(str, words)))
        return super().render(context)


@register.tag
def url(parser: Parser, token: Token) -> _Address:
    """In place of Django's tag, which looks for the pattern anew each time."""
    found = parse_url(parser, token)
    return _Address(found.view_name, found.args, found.kwargs, found.asvar)


_NONE = SafeString('<td class="num zero">0</td>')


@register.simple_tag
def number(value: int | str, link: str, colour: str = "") -> SafeString:
    """Draw the field of a table with a number that leads to what it counts, perhaps behind a lamp; a zero leads nowhere.

    A table has hundreds of them.
    """
    if value in (0, "0"):
        return _NONE
    light = f"{marks.lamp(colour)} " if colour else ""
    return SafeString(
        f'<td class="num">{light}<a href="{html.escape(link)}">{html.escape(str(value))}</a></td>'
    )


@register.simple_tag
def listed(line: tuple[str, str, str, str]) -> SafeString:
    """Draw a line of a list: where it leads, its number, what it is, and a word on it. A page has hundreds of them."""
    link, number, what, word = map(html.escape, line)
    return SafeString(
        f'<li><div><a href="{link}">{number}</a> {what}<p class="quiet small">{word}</p></div></li>'
    )


@register.simple_tag(takes_context=True)
def task(context: Context, line: Line) -> SafeString:
    """Draw a line of the list of tasks."""
    return todo_lines.drawn(line, str(context["csrf_token"]))


@register.simple_tag
def left(due: date | None) -> str:
    """Say how many days are left until ``due``."""
    return dates.left_words(due, dates.today())


@register.simple_tag
def remaining(item: Item) -> str:
    """Say how many days an item has left, or by how many it is overdue."""
    return words.remaining(item, dates.today())


@register.simple_tag
def due(item: Item) -> SafeString:
    """Draw when an item is due, and how long that is off."""
    return sheet.due(item, dates.today())


@register.filter
def truncatechars(text: object, most: int) -> str:
    """Return the first ``most`` characters, the last an ellipsis where there are more: in place of Django's filter."""
    return marks.shortened(str(text), most)


@register.filter
def size(value: int) -> str:
    """Say the size of a file: 532 B, 12 KB, 3.4 MB."""
    if value < 1024:
        return f"{value} B"
    return f"{value // 1024} KB" if value < 1024**2 else f"{value / 1024**2:.1f} MB"


@register.filter
def of(mapping: dict[Any, Any], key: Any) -> Any:
    """Return ``mapping[key]``, "" where there is none."""
    return mapping.get(key, "")
