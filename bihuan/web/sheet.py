"""The rows of the register's table, field by field.

They are drawn here and not by a template: a page has hundreds of fields, and for each of them a template would ask anew which column
it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from django.utils.formats import localize
from django.utils.safestring import SafeString

from bihuan.models import Item
from bihuan.rules.timers import WAITING_NAMES
from bihuan.web import dates, words
from bihuan.web.addresses import address_of
from bihuan.web.columns import Column
from bihuan.web.marks import ago, badge, lamp, shortened

#: So many characters of a title are shown, and of any other text.
_TITLE, _TEXT = 90, 80


@dataclass(frozen=True)
class Sheet:
    """How the items of one page are drawn: ``columns`` behind the number, ``owners`` the names of units, ``states`` those of items' states.

    ``registers`` are the names of registers where a row names its own; ``may_act``: rows can be ticked and written over.
    """

    columns: Sequence[Column]
    owners: Mapping[int, str]
    states: Mapping[int, str]
    registers: Mapping[int, str]
    may_act: bool
    at: datetime
    today: date

    def row(self, item: Item) -> SafeString:
        """Draw the row of an item."""
        tick = ""
        if self.may_act:
            tick = f'<td class="c-tick"><input class="form-check-input" type="checkbox" name="id" value="{item.pk}" form="bulk" aria-label="选择{escape(item.number)}"></td>'
        of = f'<span class="quiet small">{escape(self.registers.get(item.register_id, ""))}</span>'
        number = f'<td class="c-number"><a href="{address_of("items-one", item.pk)}">{escape(item.number)}</a>{of if self.registers else ""}</td>'
        fields = [self._field(item, column) for column in self.columns]
        return SafeString(f"<tr>{tick}{number}{''.join(fields)}</tr>")

    def _field(self, item: Item, column: Column) -> str:
        draw = _DRAWN.get(column.key)
        if draw is not None:
            return draw(self, item)
        if column.own:
            return f'<td class="c-more">{escape(str(localize(item.extra.get(column.field, ""))))}</td>'
        text = shortened(str(getattr(item, column.key)), _TEXT)
        return f'<td class="c-more c-long"{self._written_over(item, column.key)}>{escape(text)}</td>'

    def _written_over(self, item: Item, key: str) -> str:
        if not self.may_act:
            return ""
        return f' hx-get="{address_of("items-cell", item.pk, key)}" hx-trigger="dblclick, edit" hx-swap="outerHTML"'

    def _title(self, item: Item) -> str:
        klass = f'<span class="mini">{escape(item.klass)}</span>' if item.klass else ""
        warned = ["重办"] if item.reopens else []
        warned += [WAITING_NAMES.get(name, "") for name in item.waiting.split()]
        marks = "".join([f'<span class="mini mini-warn">{word}</span>' for word in warned])
        title = escape(shortened(item.title, _TITLE))
        return f'<td class="c-title"><a href="{address_of("items-one", item.pk)}" tabindex="-1">{title}</a>{klass}{marks}</td>'

    def _owner(self, item: Item) -> str:
        return f'<td class="c-owner">{escape(self.owners.get(item.owner_id) or "未交办")}</td>'

    def _due(self, item: Item) -> str:
        return f'<td class="c-due"{self._written_over(item, "due")}>{due(item, self.today)}</td>'

    def _colour(self, item: Item) -> str:
        return f'<td class="c-lamp">{lamp(item.colour) if item.colour != "none" else ""}</td>'

    def _state(self, item: Item) -> str:
        return f'<td class="c-state">{badge(item.state, self.states.get(item.pk, ""))}</td>'

    def _percent(self, item: Item) -> str:
        return f'<td class="c-percent num">{item.percent}%</td>'

    def _changed(self, item: Item) -> str:
        return f'<td class="c-changed quiet">{ago(item.changed_at, self.at)}</td>'

    def _registered(self, item: Item) -> str:
        return f'<td class="c-more">{dates.short_day(item.registered_at)}</td>'

    def _measures(self, item: Item) -> str:
        return f'<td class="c-more num">{item.measures_done}/{item.measures}</td>'

    def _helpers(self, item: Item) -> str:
        return f'<td class="c-more">{escape("、".join([self.owners.get(unit, "") for unit in item.helpers]))}</td>'

    def _progress(self, item: Item) -> str:
        return f'<td class="c-more c-long">{escape(shortened(item.progress, _TEXT))}</td>'


_DRAWN: dict[str, Callable[[Sheet, Item], str]] = {
    "title": Sheet._title,
    "owner": Sheet._owner,
    "due": Sheet._due,
    "colour": Sheet._colour,
    "state": Sheet._state,
    "percent": Sheet._percent,
    "changed": Sheet._changed,
    "registered": Sheet._registered,
    "measures": Sheet._measures,
    "helpers": Sheet._helpers,
    "progress": Sheet._progress,
}


def due(item: Item, today: date) -> SafeString:
    """Draw when an item is due, and how long that is off."""
    if item.due is None:
        return SafeString("长期坚持" if item.ongoing else '<span class="quiet">未定</span>')
    tone = "overdue" if item.overdue else "quiet"
    ongoing = '<span class="small quiet">长期坚持</span>' if item.ongoing else ""
    left = words.remaining(item, today)
    return SafeString(
        f'<span title="{dates.day_words(item.due)}">{dates.short_day(item.due)}</span><span class="small {tone}">{left}</span>{ongoing}'
    )
