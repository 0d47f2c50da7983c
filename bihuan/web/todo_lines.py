"""How the tasks that are about no item read: inspections, meetings, objections, rules; and what a line of the page is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

from bihuan.models import Inspection, Institution, Item, Meeting, Objection
from bihuan.queries.tasks import Task
from bihuan.rules.inspection import INSPECTION_STEPS, MODE_NAMES
from bihuan.rules.meeting import MEETING_STEPS
from bihuan.web import dates, words
from bihuan.web.addresses import address, address_of
from bihuan.web.marks import lamp, shortened

CALL = "列入会议"
#: So many characters of a title are shown.
_TITLE = 90


@dataclass(frozen=True)
class Button:
    """What does it: a link, or with ``fields`` a form that is sent at once."""

    label: str
    url: str
    fields: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Line:
    """One task as the page shows it; ``colour`` "" for what has no lamp."""

    verb: str
    title: str
    link: str
    number: str
    unit: str
    colour: str
    why: str
    late: bool
    exact: str
    do: Button
    also: Button | None = None


def drawn(line: Line, token: str) -> SafeString:
    """Draw a line with its buttons, the first of which stands out; ``token`` is what a form of this page is sent with.

    Not by a template: a page has up to hundreds of them.
    """
    unit = f'<span class="quiet">{escape(line.unit)}</span>' if line.unit else ""
    exact = f' title="{escape(line.exact)}"' if line.exact else ""
    tone = "overdue" if line.late else "quiet"
    why = f'<span class="{tone}"{exact}>{escape(line.why)}</span>' if line.why else ""
    also = _pressed(line.also, "btn", token) if line.also else ""
    return SafeString(
        f'<li><div class="task"><p class="task-head"><strong>{escape(line.verb)}</strong>'
        f'<span class="quiet">{escape(line.number)}</span>{unit}</p>'
        f'<a class="task-title" href="{escape(line.link)}">{escape(shortened(line.title, _TITLE))}</a>'
        f'<p class="task-why">{lamp(line.colour) if line.colour else ""}{why}</p></div>'
        f'<div class="task-do">{_pressed(line.do, "btn btn-primary", token)}{also}</div></li>'
    )


def _pressed(button: Button, kind: str, token: str) -> str:
    url, label = escape(button.url), escape(button.label)
    if not button.fields:
        return f'<a class="{kind}" href="{url}">{label}</a>'
    sent = [("csrfmiddlewaretoken", token), *button.fields]
    fields = [f'<input type="hidden" name="{name}" value="{escape(str(value))}">' for name, value in sent]
    return (
        f'<form method="post" action="{url}">{"".join(fields)}<button class="{kind}">{label}</button></form>'
    )


def beyond(task: Task, units: Mapping[int, str]) -> Line:
    """Return the line of a task that is about no item."""
    if task.objection is not None and task.inspection is not None:
        return _of_objection(task.objection, task.inspection, units)
    if task.meeting is not None:
        return _of_meeting(task, task.meeting, units)
    if task.institution is not None:
        return _of_institution(task.institution, units)
    assert task.inspection is not None, "a task is about something"
    return _of_inspection(task, task.inspection, units)


def to_meeting(item: Item, units: Mapping[int, str]) -> Line:
    """Return the line of an item that only a meeting moves on."""
    return Line(
        verb=CALL,
        title=item.title,
        link=address_of("items-one", item.pk),
        number=item.number,
        unit=units.get(item.owner_id, ""),
        colour="" if item.colour == "none" else item.colour,
        why="；".join(part for part in ("等会议决定是否销号", words.remaining(item, dates.today())) if part),
        late=item.overdue,
        exact=dates.day_words(item.due),
        do=Button(CALL, f"{address('meetings-new')}?id={item.pk}"),
    )


def _of_inspection(task: Task, found: Inspection, units: Mapping[int, str]) -> Line:
    step = task.kind.removeprefix("inspection-")
    link = address_of("inspections-one", found.pk)
    label = INSPECTION_STEPS[step].name
    target = address_of("inspections-finding", found.pk) if step == "finding" else f"{link}#step"
    return Line(
        verb=label,
        title=found.name,
        link=link,
        number=MODE_NAMES[found.mode],
        unit=units.get(found.office_id, ""),
        colour="",
        why=f"{dates.day_words(found.starts)}至{dates.day_words(found.ends)}",
        late=False,
        exact="",
        do=Button(label, target),
    )


def _of_meeting(task: Task, found: Meeting, units: Mapping[int, str]) -> Line:
    step = task.kind.removeprefix("meeting-")
    link = address_of("meetings-one", found.pk)
    name = MEETING_STEPS[step].name
    return Line(
        verb=name,
        title=found.title,
        link=link,
        number=found.number,
        unit=units.get(found.office_id, ""),
        colour="",
        why=f"{dates.moment_words(found.starts_at)}，{found.place}，议程 {found.items} 项",
        late=False,
        exact="",
        do=Button(name, f"{link}?do={step}#step"),
    )


def _of_objection(found: Objection, plan: Inspection, units: Mapping[int, str]) -> Line:
    link = address_of("objections-one", found.pk)
    late = found.overdue or found.decide_by < dates.today()
    left = "复核已超期" if late else f"{dates.day_words(found.decide_by)}前复核"
    return Line(
        verb="复核异议",
        title=plan.name,
        link=link,
        number="",
        unit=units.get(found.unit_id, ""),
        colour="",
        why=f"{found.reason[:60].rstrip('。')}；{left}",
        late=late,
        exact=dates.day_words(found.decide_by),
        do=Button("复核", link),
    )


def _of_institution(found: Institution, units: Mapping[int, str]) -> Line:
    link = address_of("institutions-one", found.pk)
    return Line(
        verb="复核制度",
        title=f"《{found.title}》",
        link=link,
        number=found.number,
        unit=units.get(found.unit_id, ""),
        colour="",
        why=f"复核日期 {dates.day_words(found.review_on)} 到了：继续执行、修订还是废止",
        late=False,
        exact="",
        do=Button("复核", f"{link}#step"),
    )
