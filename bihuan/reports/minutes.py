"""The minutes of a meeting (会议纪要) in the layout of GB/T 9704: the red mark, the number, what was decided, who was there."""

from __future__ import annotations

from datetime import date, datetime

from bihuan.queries.meetings import MeetingDetail, Place, Resolved
from bihuan.reports.wordfile import labelled, paragraph, word_file
from bihuan.rules.chinese_numbers import to_text
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid
from bihuan.rules.meeting import MeetingState
from bihuan.rules.slip_words import day_words


class NotHeld(Invalid):
    """会议还没有召开，没有纪要。"""

    code = "not-held"
    default_hint = "请先登记到会情况。"


def write_minutes(found: MeetingDetail) -> bytes:
    """Return the minutes as a docx; those that are not confirmed yet say so. Raises NotHeld."""
    meeting = found.meeting
    if meeting.state not in {MeetingState.HELD, MeetingState.CONFIRMED}:
        raise NotHeld
    draft = "" if meeting.state == MeetingState.CONFIRMED else "（待主持人确认）"
    parts = [
        paragraph("Mark", f"{found.office}会议纪要"),
        paragraph("DocumentNumber", meeting.number),
        paragraph("Normal", ""),
        paragraph(
            "Title", f"{meeting.title}纪要{draft}" if not meeting.title.endswith("纪要") else meeting.title
        ),
        paragraph("Normal", ""),
        paragraph("Body", _opening(found)),
        *(paragraph("Body", line) for line in meeting.text.splitlines() if line.strip()),
        *(_place(n, place) for n, place in enumerate(found.places, 1)),
        *_people(found),
        *_confirmation(found),
    ]
    return word_file("".join(parts), title=f"{meeting.title}纪要", creator=found.office)


def _opening(found: MeetingDetail) -> str:
    meeting = found.meeting
    at = meeting.starts_at.astimezone(CHINA)
    chaired = found.presider or found.chair
    count = f"，研究{len(found.places)}个事项" if found.places else ""
    held = f"{day_words(at.date())}{_hour(at)}，{chaired}在{meeting.place}主持召开{meeting.title}{count}。"
    return f"{held}现将议定事项纪要如下："


def _hour(at: datetime) -> str:
    return f"{at.hour}时{at.minute:02d}分" if at.minute else f"{at.hour}时"


def _place(n: int, place: Place) -> str:
    """A place of the agenda: its heading, what was said, each decision, and who took no part."""
    title = place.item.title.rstrip("。；;.")
    parts = [paragraph("Heading1", f"{to_text(n)}、关于“{_inner(title)}”")]
    matter = f"议题：{_ended(place.agenda.matter)}" if place.agenda.matter.strip() else ""
    owner = f"，责任单位{place.owner}" if place.owner else ""
    parts.append(paragraph("Body", f"事项编号{place.item.number}{owner}。{matter}"))
    parts += [paragraph("Body", line) for line in place.agenda.text.splitlines() if line.strip()]
    if not place.resolved:
        return "".join([*parts, paragraph("Body", "会议对这一事项未作决定。")])
    return "".join(
        [*parts, *(paragraph("Body", _decided(r)) for r in place.resolved), *_away(place.resolved)]
    )


def _inner(text: str) -> str:
    return text.translate(str.maketrans("“”", "‘’"))


def _ended(text: str) -> str:
    return f"{text.strip().rstrip('。；;.')}。"


def _decided(resolved: Resolved) -> str:
    words = resolved.words.rstrip("。")
    reason = resolved.decision.reason.strip().rstrip("。")
    why = f"理由：{reason}。" if reason and reason not in words else ""
    return f"会议决定：{words}。{why}"


def _away(resolved: list[Resolved]) -> list[str]:
    names = list(dict.fromkeys(name for r in resolved for name in r.recused))
    if not names:
        return []
    return [paragraph("Body", f"{'、'.join(names)}办理过这一事项，已回避。")]


def _people(found: MeetingDetail) -> list[str]:
    listed = (
        ("出席", found.present),
        ("请假", found.absent),
        ("列席", found.meeting.observers),
        ("记录", [found.recorder] if found.recorder else []),
    )
    parts = [labelled("Attendance", label, "　".join(names)) for label, names in listed if names]
    return [paragraph("Normal", ""), *parts]


def _confirmation(found: MeetingDetail) -> list[str]:
    meeting = found.meeting
    signed = [paragraph("Signature", found.office), paragraph("SignedOn", day_words(_signed_on(found)))]
    if meeting.confirmed_at is None:
        return [*signed, paragraph("Contact", "（本纪要尚未经主持人确认，不作为依据。）")]
    at = meeting.confirmed_at.astimezone(CHINA)
    return [
        *signed,
        paragraph(
            "Contact",
            f"（本纪要由{found.confirmed_by}于{day_words(at.date())}确认；此后如有变更，以以后的会议为准。）",
        ),
    ]


def _signed_on(found: MeetingDetail) -> date:
    at: datetime = found.meeting.confirmed_at or found.meeting.starts_at
    return at.astimezone(CHINA).date()
