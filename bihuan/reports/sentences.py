"""The sentences of a stage report, as a clerk writes them: complete, and silent about what is empty.

Every count in them is a figure, marked (see ``marks``); dates, titles, names and reasons are words of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from bihuan.reports.context import Breakdown, DoneItem, DueGroup, DueItem, OpenItem, StageContext
from bihuan.reports.marks import ended, mark, one_line

DONE_LIMIT = 15
OPEN_LIMIT = 25
_NOTHING = frozenset({"", "0", "—"})


@dataclass(frozen=True)
class BreakdownText:
    """A breakdown as it is printed: ``rows`` are a label and the marked cells; ``first`` heads the labels' column."""

    heading: str
    sentence: str
    caption: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def chinese_date(day: date) -> str:
    """``2026年1月5日``: no leading zeros (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_time(moment: datetime) -> str:
    """``2026年1月5日18时30分``; a whole hour has no minutes, a day's last moment is 24时."""
    if (moment.hour, moment.minute, moment.second) == (23, 59, 59):
        return f"{chinese_date(moment)}24时"
    minutes = f"{moment.minute}分" if moment.minute else ""
    return f"{chinese_date(moment)}{moment.hour}时{minutes}"


def figure(ctx: StageContext, ref: str) -> str:
    """The marked value of ``ref``."""
    return mark(ref, ctx.figure(ref).value)


def opening(ctx: StageContext) -> str:
    """The sentence after the addressee."""
    return f"现将{one_line(ctx.campaign)}截至{chinese_date(ctx.as_of)}的进展情况报告如下："


def overview(ctx: StageContext) -> tuple[str, ...]:
    """The paragraphs on the whole: what was registered and closed, what is in progress, slips, inspections, what came after closure."""
    if not _has(ctx, "registered"):
        return (f"截至{chinese_date(ctx.as_of)}，尚未登记事项。{_uncounted(ctx)}",)
    parts = (_registered, _in_progress, _slips, _decided, _inspections, _afterwards)
    return tuple(text for part in parts if (text := part(ctx)))


def breakdowns(ctx: StageContext) -> tuple[BreakdownText, ...]:
    """The tables by register, unit and class, in this order; one without rows is left out. Numbered 表1, 表2 …"""
    wanted = (("清单", ctx.by_register), ("单位", ctx.by_unit), ("类别", ctx.by_class))
    kept = [(word, breakdown) for word, breakdown in wanted if breakdown.rows]
    return tuple(_breakdown(ctx, n, word, breakdown) for n, (word, breakdown) in enumerate(kept, 1))


def burden(ctx: StageContext) -> BreakdownText | None:
    """The table of what each unit was asked for; None where nothing was asked for."""
    if not ctx.burden.rows:
        return None
    since = f"{chinese_date(ctx.period_from)}以来" if ctx.period_from else f"截至{chinese_date(ctx.as_of)}"
    text = _breakdown(ctx, 0, "单位", ctx.burden)
    return replace(
        text,
        heading="",
        caption="",
        sentence=f"{since}，各单位收到单据、接受督查和所办事项上会的次数，按单位顺序排列，不作排名。",
    )


def done_intro(ctx: StageContext) -> str:
    """The sentence before the closed items."""
    since = f"{chinese_date(ctx.period_from)}以来，" if ctx.period_from else ""
    return f"{since}已销号事项的办理情况如下。"


def done(ctx: StageContext) -> tuple[str, ...]:
    """One paragraph for each closed item, latest first; what an annex lists need not all be here."""
    latest = sorted(ctx.done, key=lambda item: item.closed_on, reverse=True)
    return tuple(_done_item(item) for item in latest[: _limit(ctx, DONE_LIMIT, len(latest))])


def done_rest(ctx: StageContext) -> str:
    """The sentence that says where the other closed items are; empty when all are listed."""
    cut = _limit(ctx, DONE_LIMIT, len(ctx.done)) < len(ctx.done)
    return "其余已销号事项见附件。" if cut else ""


def remaining_intro(ctx: StageContext) -> str:
    """The sentence before the open items."""
    late = f"，其中逾期{_count(ctx, 'overdue')}" if _has(ctx, "overdue") else ""
    return f"尚有{_count(ctx, 'open')}未销号{late}，具体事项及原因如下。"


def remaining(ctx: StageContext) -> tuple[str, ...]:
    """One paragraph for each open item, overdue ones first; what an annex lists need not all be here."""
    first_late = sorted(ctx.open_items, key=lambda item: not item.overdue)
    return tuple(_open_item(item) for item in first_late[: _limit(ctx, OPEN_LIMIT, len(first_late))])


def remaining_rest(ctx: StageContext) -> str:
    """The sentence that says where the other open items are; empty when all are listed."""
    cut = _limit(ctx, OPEN_LIMIT, len(ctx.open_items)) < len(ctx.open_items)
    return "其余未销号事项的进展和原因见附件。" if cut else ""


def next_steps(ctx: StageContext) -> tuple[str, ...]:
    """One paragraph for each day on which something falls due, in order; empty when nothing is open."""
    if ctx.next_steps:
        return tuple(_due_group(group) for group in sorted(ctx.next_steps, key=lambda group: group.due))
    if not _has(ctx, "open"):
        return ()
    until = f"{chinese_date(ctx.next_until)}以前" if ctx.next_until else "近期"
    return (f"{until}没有到期的事项，未销号事项按各自时限继续办理。",)


def data_note(ctx: StageContext) -> str:
    """The note at the foot: the moment of the figures, the ledger's position and how to check them."""
    position = ctx.position
    sealed = f"（{chinese_time(position.sealed_at)}）" if position.sealed_at else ""
    seal = (
        f"；最近一次封存{sealed}涵盖{_count(ctx, 'ledger.count')}，根值{figure(ctx, 'ledger.root')}"
        if position.root
        else "；尚未封存"
    )
    return (
        f"注：本报告数据由台账生成，数据时点为{chinese_time(ctx.as_of)}。"
        f"写报告时台账共有留痕{_count(ctx, 'ledger.seq')}，末条哈希值{figure(ctx, 'ledger.head')}{seal}。"
        "各项数据可用 bihuan verify-report 逐项复核。"
    )


def _limit(ctx: StageContext, limit: int, length: int) -> int:
    """How many items the text names: without an annex to refer to, all of them."""
    return limit if ctx.annex and length > limit else length


def _has(ctx: StageContext, ref: str) -> bool:
    return ctx.figure(ref).value not in _NOTHING


def _count(ctx: StageContext, ref: str) -> str:
    return f"{figure(ctx, ref)}{ctx.figure(ref).unit}"


def _counts(ctx: StageContext, cuts: Iterable[tuple[str, str]]) -> str:
    """``逾期3项、挂起1项``: a word and its figure, without those that are nothing."""
    return "、".join(f"{word}{_count(ctx, ref)}" for word, ref in cuts if _has(ctx, ref))


def _registered(ctx: StageContext) -> str:
    ongoing = f"（其中需长期坚持{_count(ctx, 'ongoing')}）" if _has(ctx, "ongoing") else ""
    measures = f"，制定措施{_count(ctx, 'measures')}" if _has(ctx, "measures") else ""
    start = f"截至{chinese_date(ctx.as_of)}，共登记事项{_count(ctx, 'registered')}{ongoing}{measures}。"
    return f"{start}{_finished(ctx)}{_uncounted(ctx)}"


def _finished(ctx: StageContext) -> str:
    clauses = [_closed(ctx)]
    if _has(ctx, "measures_done"):
        clauses.append(f"已完成措施{_count(ctx, 'measures_done')}{_rate(ctx, '措施完成率', 'measures_rate')}")
    elif _has(ctx, "measures"):
        clauses.append("尚无措施完成")
    return f"{'；'.join(clauses)}。"


def _closed(ctx: StageContext) -> str:
    if not _has(ctx, "finished"):
        return "尚无事项销号"
    words = "已销号" if _has(ctx, "open") else "已全部销号，共"
    return f"{words}{_count(ctx, 'finished')}{_rate(ctx, '销号率', 'finishing_rate')}"


def _rate(ctx: StageContext, word: str, ref: str) -> str:
    return f"，{word}{figure(ctx, ref)}" if _has(ctx, ref) else ""


def _uncounted(ctx: StageContext) -> str:
    counts = _counts(ctx, (("并案", "merged"), ("撤销", "cancelled")))
    return f"另有{counts}，不计入登记事项。" if counts else ""


def _in_progress(ctx: StageContext) -> str:
    if not _has(ctx, "open"):
        return ""
    late = f"逾期{_count(ctx, 'overdue')}" if _has(ctx, "overdue") else "没有逾期事项"
    others = _counts(ctx, (("正在审核", "reviewing"), ("挂起", "suspended"), ("报称完成待核实", "claimed")))
    return f"在办{_count(ctx, 'open')}{_colours(ctx)}。{late}{'；' if others else ''}{others}。"


def _colours(ctx: StageContext) -> str:
    lit = [cut for cut in ctx.colours if _has(ctx, cut.ref)]
    if len(lit) == 1 and ctx.figure(lit[0].ref).value == ctx.figure("open").value:
        return f"，均{_lit(lit[0].label)}"
    counts = _counts(ctx, ((cut.label, cut.ref) for cut in lit))
    return f"，其中{counts}" if counts else ""


def _decided(ctx: StageContext) -> str:
    """What reviews, meetings and approvers decided."""
    clauses = []
    reviews = _counts(ctx, (("审核通过", "reviews_passed"), ("退回修改", "reviews_sent_back")))
    if reviews:
        clauses.append(f"各级{reviews}")
    if _has(ctx, "meetings"):
        items = f"，议定事项{_count(ctx, 'meeting_items')}" if _has(ctx, "meeting_items") else ""
        clauses.append(f"召开会审{_count(ctx, 'meetings')}{items}")
    if _has(ctx, "requests"):
        outcomes = _counts(ctx, (("批准", "requests_approved"), ("未批准", "requests_refused")))
        clauses.append(
            f"收到延期、转办等申请{_count(ctx, 'requests')}{'，其中' if outcomes else ''}{outcomes}"
        )
    return f"{'；'.join(clauses)}。" if clauses else ""


def _slips(ctx: StageContext) -> str:
    if not _has(ctx, "slips"):
        return ""
    sent = f"共发出单据{_count(ctx, 'slips')}{_cut(ctx, ctx.by_slip, 'slips')}"
    if not _has(ctx, "slips_asked"):
        return f"{sent}。"
    answered = f"已答复{_count(ctx, 'slips_answered')}" if _has(ctx, "slips_answered") else "尚无答复"
    in_time = (
        f"，其中按时答复{_count(ctx, 'slips_answered_in_time')}{_rate(ctx, '按时答复率', 'slips_in_time_rate')}"
        if _has(ctx, "slips_answered_in_time")
        else ""
    )
    return f"{sent}；要求答复{_count(ctx, 'slips_asked')}，{answered}{in_time}。"


def _cut(ctx: StageContext, breakdown: Breakdown, key: str) -> str:
    """``，其中通知单5份、预警单2份``; ``，均为通知单`` where there is but one kind; nothing where the kinds are not known."""
    rows = [row for row in breakdown.rows if key in row.cells and _has(ctx, row.cells[key])]
    if len(rows) == 1:
        return f"，均为{one_line(rows[0].label)}"
    counts = _counts(ctx, ((one_line(row.label), row.cells[key]) for row in rows))
    return f"，其中{counts}" if counts else ""


def _inspections(ctx: StageContext) -> str:
    clauses = []
    if _has(ctx, "inspections"):
        clauses.append(f"开展督查{_count(ctx, 'inspections')}{_cut(ctx, ctx.by_mode, 'inspections')}")
    if _has(ctx, "findings"):
        new = (
            f"，其中立为新事项{_count(ctx, 'findings_registered')}"
            if _has(ctx, "findings_registered")
            else ""
        )
        clauses.append(f"督查发现问题{_count(ctx, 'findings')}{new}")
    clauses += [f"走流程发现堵点{_count(ctx, 'obstacles')}"] if _has(ctx, "obstacles") else []
    clauses += [f"被督查单位提出异议{_count(ctx, 'objections')}"] if _has(ctx, "objections") else []
    return f"{'；'.join(clauses)}。" if clauses else ""


def _afterwards(ctx: StageContext) -> str:
    clauses = []
    if _has(ctx, "looked_back"):
        found = f"发现问题反弹{_count(ctx, 'relapsed')}" if _has(ctx, "relapsed") else "未发现问题反弹"
        clauses.append(f"销号后开展回头看{_count(ctx, 'looked_back')}，{found}")
    clauses += [f"按抽样安排回头看{_count(ctx, 'chosen')}"] if _has(ctx, "chosen") else []
    if _has(ctx, "reopened"):
        clauses.append(f"回潮重办{_count(ctx, 'reopened')}，按原编号继续办理")
    if _has(ctx, "extended"):
        clauses.append(f"批准延期{_count(ctx, 'extended')}")
    made = _counts(ctx, (("印发制度", "institutions"), ("修订制度", "institutions_revised")))
    clauses += [f"因事项建章立制，{made}"] if made else []
    return f"{'；'.join(clauses)}。" if clauses else ""


def _breakdown(ctx: StageContext, number: int, word: str, breakdown: Breakdown) -> BreakdownText:
    rows = tuple(
        (one_line(row.label), tuple(_cell(ctx, row.cells.get(column.key)) for column in breakdown.columns))
        for row in breakdown.rows
    )
    return BreakdownText(
        heading=f"分{word}情况",
        sentence=f"各{word}的进展情况见表{number}。",
        caption=f"表{number}　分{word}进展情况",
        first=word,
        columns=tuple(one_line(column.heading) for column in breakdown.columns),
        rows=rows,
    )


def _cell(ctx: StageContext, ref: str | None) -> str:
    return figure(ctx, ref) if ref else "—"


def _done_item(item: DoneItem) -> str:
    what = ended(item.done) or "台账中未填写办理情况。"
    closed = f"{chinese_date(item.closed_on)}销号"
    return f"{one_line(item.title)}{_by(item.number, item.owner, closed)}。{what}"


def _open_item(item: OpenItem) -> str:
    clauses = [_due(item.due)]
    clauses += ["已逾期"] if item.overdue else []
    clauses += [f"目前{one_line(item.state)}"] if item.state.strip() else []
    clauses += [_lit(one_line(item.colour))] if item.colour.strip() else []
    return f"{one_line(item.title)}{_by(item.number, item.owner)}。{'，'.join(clauses)}。{_reason(item)}"


def _due(due: str) -> str:
    words = one_line(due)
    if not words:
        return "尚未确定办结时限"
    return f"办结时限为{words}" if any(character.isdigit() for character in words) else f"时限要求为{words}"


def _lit(colour: str) -> str:
    """``亮红灯``; ``不亮灯`` as it is."""
    return colour if colour.startswith("不") else f"亮{colour}"


def _reason(item: OpenItem) -> str:
    reason = ended(item.reason)
    if reason:
        return f"未销号原因：{reason}"
    return "责任单位尚未填报原因。" if item.overdue else ""


def _by(number: str, owner: str, *more: str) -> str:
    """``（市教育局，编号7）``: what is known of it, in brackets; nothing where nothing is known."""
    known = (one_line(owner), f"编号{one_line(number)}" if number.strip() else "", *more)
    inside = "，".join(part for part in known if part)
    return f"（{inside}）" if inside else ""


def _due_group(group: DueGroup) -> str:
    return f"{chinese_date(group.due)}前，{'；'.join(_due_item(item) for item in group.items)}。"


def _due_item(item: DueItem) -> str:
    owner = one_line(item.owner)
    who = f"由{owner}" if owner else ""
    if item.measure.strip():
        return f"{who}完成{_quoted(item.title)}的措施{_quoted(item.measure)}"
    return f"{who}办结{_quoted(item.title)}"


def _quoted(text: str) -> str:
    """``text`` in double quotes; quotes inside it become single ones."""
    inner = ended(text).rstrip("。").translate(str.maketrans("“”", "‘’"))
    return f"“{inner}”"
