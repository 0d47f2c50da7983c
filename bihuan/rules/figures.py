"""The figures: every number a dashboard, a list or a report may print, named and defined once.

A figure of items is computed from ``Cell`` sums alone. The cells of now are the tallies; those of an earlier moment are the
sums of the transitions up to it; a stranger gets the same cells by folding an export. One definition serves them all.

A figure of deeds counts what was done once and for all, such as slips that were issued: the sums of the happenings up to the
moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

from bihuan.rules.errors import Invalid
from bihuan.rules.workflow import OPEN, State


@dataclass(slots=True)
class Sums:
    """What is counted: each value is a sum over items."""

    items: int = 0
    measures: int = 0
    measures_done: int = 0
    overdue: int = 0
    ongoing: int = 0
    claimed: int = 0
    reopens: int = 0
    look_backs: int = 0
    relapses: int = 0
    extensions: int = 0

    def add(self, other: Sums, sign: int = 1) -> None:
        """Add ``sign`` times ``other`` to these sums."""
        # written out: a page adds up some thousand of them
        self.items += sign * other.items
        self.measures += sign * other.measures
        self.measures_done += sign * other.measures_done
        self.overdue += sign * other.overdue
        self.ongoing += sign * other.ongoing
        self.claimed += sign * other.claimed
        self.reopens += sign * other.reopens
        self.look_backs += sign * other.look_backs
        self.relapses += sign * other.relapses
        self.extensions += sign * other.extensions


SUM_NAMES: tuple[str, ...] = tuple(f.name for f in fields(Sums))
DIMENSIONS = ("channel", "class", "colour", "register", "state", "unit")
DEED_DIMENSIONS = ("channel", "class", "kind", "register", "since", "unit")


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted apart: the items of one register with one owner, class, channel, state and colour."""

    register: int
    unit: int
    klass: str
    channel: str
    state: str
    colour: str


Cells = Mapping[Key, Sums]


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done: ``what`` (``slip-issued``), of which ``kind`` (``warning``), for the items of one register, to one unit."""

    what: str
    kind: str
    register: int
    unit: int
    klass: str
    channel: str


#: How often each was done.
Deeds = Mapping[Deed, int]


@dataclass(frozen=True)
class Adding:
    """Adds up ``value`` over the items in ``states`` (None: in all)."""

    value: str
    states: frozenset[State] | None = None

    def __call__(self, cells: Iterable[tuple[Key, Sums]]) -> str:
        """Return the sum."""
        return str(
            sum(getattr(s, self.value) for k, s in cells if self.states is None or k.state in self.states)
        )


@dataclass(frozen=True)
class Counting:
    """Counts how often ``what`` (of ``kind``, "" any) was done; ``apart`` counts the kinds: a meeting is the kind of what it decided."""

    what: str
    kind: str = ""
    apart: bool = False

    def __call__(self, deeds: Iterable[tuple[Deed, int]]) -> str:
        """Return the number."""
        found = [
            (deed, times) for deed, times in deeds if deed.what == self.what and self.kind in ("", deed.kind)
        ]
        return str(len({deed.kind for deed, _ in found}) if self.apart else sum(times for _, times in found))


@dataclass(frozen=True)
class Share:
    """The figure ``part`` as a percentage of the figure ``of``."""

    part: str
    of: str

    def __call__(self, cells: Iterable[tuple[Any, Any]]) -> str:
        """Return the percentage."""
        kept = list(cells)
        return percent(int(FIGURES[self.part].compute(kept)), int(FIGURES[self.of].compute(kept)))


@dataclass(frozen=True)
class Definition:
    """A figure: its name, what it is called, what exactly it counts, and its unit (项, 条, 个, 次, 份, %).

    ``dims`` are the dimensions that it can be cut by: those of items, or those of deeds; ``since`` counts the deeds from that
    day (in China) on.
    """

    name: str
    label: str
    unit: str
    definition: str
    compute: Adding | Counting | Share
    dims: tuple[str, ...] = DIMENSIONS


_CLOSED = frozenset({State.CLOSED})
_COUNTED = frozenset(State) - {State.MERGED, State.CANCELLED}
_WORK = frozenset({State.WORKING, State.ASSIGNED, State.REVIEWING, State.PASSED})


def percent(part: int, whole: int) -> str:
    """``part`` of ``whole`` as a percentage with one decimal, half up; "—" where there is nothing to divide by."""
    if not whole:
        return "—"
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


_LIST = (
    Definition("entered", "登记总数", "项", "登记过的全部事项，含已并案、已撤销的。", Adding("items")),
    Definition("registered", "登记事项", "项", "登记的事项，不含已并案、已撤销的。", Adding("items", _COUNTED)),
    Definition("measures", "措施", "条", "登记事项（不含已并案、已撤销的）的措施。", Adding("measures", _COUNTED)),
    Definition("measures_done", "已完成措施", "条", "登记事项中已完成或经说明免办的措施。", Adding("measures_done", _COUNTED)),
    Definition("finished", "已销号", "项", "状态为“已销号”的事项。", Adding("items", _CLOSED)),
    Definition("finishing_rate", "销号率", "", "已销号 ÷ 登记事项。", Share("finished", "registered")),
    Definition("measures_rate", "措施完成率", "", "已完成措施 ÷ 措施。", Share("measures_done", "measures")),
    Definition("open", "在办", "项", "尚未销号、并案、撤销的事项，含待审定、待交办和已挂起的。", Adding("items", OPEN)),
    Definition("working", "办理中", "项", "已交办、办理中、审核中和待销号的事项。", Adding("items", _WORK)),
    Definition("reviewing", "审核中", "项", "已申请销号、正在审核或待销号的事项。",
               Adding("items", frozenset({State.REVIEWING, State.PASSED}))),
    Definition("suspended", "已挂起", "项", "状态为“已挂起”的事项。", Adding("items", frozenset({State.SUSPENDED}))),
    Definition("overdue", "逾期", "项", "已过办结时限、尚未销号的事项，不含已挂起的。", Adding("overdue")),
    Definition("ongoing", "长期坚持", "项", "登记事项（不含已并案、已撤销的）中需要长期坚持的。", Adding("ongoing", _COUNTED)),
    Definition("claimed", "报称完成待核", "项", "导入时写明已完成或已销号、尚未经程序销号的事项。", Adding("claimed", OPEN)),
    Definition("merged", "已并案", "项", "并入其他事项的事项。", Adding("items", frozenset({State.MERGED}))),
    Definition("cancelled", "已撤销", "项", "经批准撤销的事项。", Adding("items", frozenset({State.CANCELLED}))),
    Definition("reopened", "回潮重办", "次", "销号后重新办理的次数。", Adding("reopens")),
    Definition("looked_back", "回头看", "次", "销号后回头看的次数。", Adding("look_backs")),
    Definition("relapsed", "回头看发现回潮", "次", "回头看认定问题反弹的次数。", Adding("relapses")),
    Definition("extended", "延期", "次", "批准延期的次数。", Adding("extensions")),
    Definition("slips", "发出单据", "份", "向承办单位发出的通知、提示、反馈、预警、约谈等单据，不含已撤回的。",
               Counting("slip-issued"), DEED_DIMENSIONS),
    Definition("slips_asked", "要求答复的单据", "份", "发出的单据中要求限期答复的，不含已撤回的。",
               Counting("slip-asked"), DEED_DIMENSIONS),
    Definition("slips_answered", "已答复单据", "份", "要求答复的单据中已经答复的，答复后被退回的也计入。",
               Counting("slip-answered"), DEED_DIMENSIONS),
    Definition("slips_answered_in_time", "按时答复单据", "份", "要求答复的单据中首次答复没有超过时限的。",
               Counting("slip-answered-in-time"), DEED_DIMENSIONS),
    Definition("slips_answer_rate", "单据答复率", "", "已答复单据 ÷ 要求答复的单据。", Share("slips_answered", "slips_asked"),
               DEED_DIMENSIONS),
    Definition("slips_in_time_rate", "单据按时答复率", "", "按时答复单据 ÷ 要求答复的单据。",
               Share("slips_answered_in_time", "slips_asked"), DEED_DIMENSIONS),
    Definition("inspections", "督查", "次", "已结束的督查，按督查方式（kind）划分；单位是督查单位。",
               Counting("inspection"), DEED_DIMENSIONS),
    Definition("walk_throughs", "走流程", "次", "已结束的走流程，也计入督查。", Counting("inspection", "walk"), DEED_DIMENSIONS),
    Definition("obstacles", "走流程发现堵点", "个", "走流程各步中记有堵点的。", Counting("obstacle"), DEED_DIMENSIONS),
    Definition("findings", "督查发现问题", "个", "督查登记的问题，按问题类别（class）、督查方式（kind）、所在单位划分。",
               Counting("finding"), DEED_DIMENSIONS),
    Definition("findings_registered", "督查问题立项", "项", "督查登记的问题中立为新事项的，其余并入已有事项。",
               Counting("finding-registered"), DEED_DIMENSIONS),
    Definition("inspected", "接受督查", "次", "收到督查结论的次数，同一次督查每个被督查单位计一次。",
               Counting("inspected"), DEED_DIMENSIONS),
    Definition("objections", "对督查结论提出异议", "次", "被督查单位在期限内提出的异议。", Counting("objection"), DEED_DIMENSIONS),
    Definition("chosen", "抽中回头看", "项", "销号后被抽样抽中、安排回头看的事项，抽中几次计几次。", Counting("chosen"),
               DEED_DIMENSIONS),
    Definition("institutions", "印发制度", "项", "因事项而制定并印发的制度，计入首个起因事项所在的清单；单位是印发单位。",
               Counting("institution-issued"), DEED_DIMENSIONS),
    Definition("institutions_revised", "修订制度", "次", "因事项而修订制度的次数。", Counting("institution-revised"),
               DEED_DIMENSIONS),
    Definition("reviews_passed", "审核通过", "次", "各级审核通过的次数，含会议决定的；按 kind 可查某一级。",
               Counting("review-passed"), DEED_DIMENSIONS),
    Definition("reviews_sent_back", "审核退回", "次", "审核不通过、退回修改的次数，含会议决定的；按 kind 可查某一级。",
               Counting("review-sent-back"), DEED_DIMENSIONS),
    Definition("meetings", "会审", "次", "对事项作出过议定的会议，一次会议计一次。", Counting("meeting-item", apart=True), DEED_DIMENSIONS),
    Definition("meeting_items", "会议议定事项", "项", "会议议定的事项，同一事项每上会一次计一次。",
               Counting("meeting-item"), DEED_DIMENSIONS),
    Definition("requests", "提出申请", "次", "延期、转办、退回、挂起、并案、提级等申请；按 kind 可查某一种。",
               Counting("request-asked"), DEED_DIMENSIONS),
    Definition("requests_approved", "批准申请", "次", "提出的申请中已批准的。", Counting("request-approved"), DEED_DIMENSIONS),
    Definition("requests_refused", "未批准申请", "次", "提出的申请中经审核不予批准的。", Counting("request-refused"), DEED_DIMENSIONS),
)  # fmt: skip

FIGURES: dict[str, Definition] = {d.name: d for d in _LIST}
_REF = re.compile(r"([a-z_]+)(?:\[([^\]]*)\])?")


@dataclass(frozen=True)
class Ref:
    """A figure and the dimensions it is cut by, written ``open[colour=red,unit=12]`` (names sorted)."""

    name: str
    dims: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, name: str, **dims: object) -> Ref:
        """Return the reference of figure ``name`` cut by ``dims`` (``class_`` stands for class)."""
        return cls.parse(str(cls(name, tuple(sorted((k.rstrip("_"), str(v)) for k, v in dims.items())))))

    @classmethod
    @lru_cache(maxsize=4096)  # a page has hundreds of them
    def parse(cls, text: str) -> Ref:
        """Read ``name[dim=value,…]``. Raises Invalid for an unknown figure or dimension."""
        found = _REF.fullmatch(text)
        if not found or found[1] not in FIGURES:
            raise Invalid(f"没有名为“{text}”的数据项。", hint="可用 bihuan figures 查看全部数据项。")
        dims = tuple(sorted(_pair(part) for part in (found[2] or "").split(",") if part))
        usable = FIGURES[found[1]].dims
        for dim, _ in dims:
            if dim not in usable:
                raise Invalid(f"数据项不能按“{dim}”划分。", hint=f"可用：{'、'.join(usable)}。")
        ref = cls(found[1], dims)
        _ = ref.since
        return ref

    def __str__(self) -> str:
        inside = ",".join(f"{k}={_escape(v)}" for k, v in self.dims)
        return f"{self.name}[{inside}]" if inside else self.name

    @property
    def since(self) -> date | None:
        """The day from which it counts, None for all time. Raises Invalid where it is written as no day."""
        text = dict(self.dims).get("since")
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            raise Invalid(f"数据项的起始日“{text}”应写成 2026-03-31。") from None

    @property
    def of_deeds(self) -> bool:
        """Whether it counts deeds, not items."""
        return FIGURES[self.name].dims == DEED_DIMENSIONS

    def matches(self, key: Key | Deed) -> bool:
        """Whether a cell belongs to this cut; those of deeds are read from ``since`` on."""
        return all(
            str(getattr(key, "klass" if dim == "class" else dim)) == value
            for dim, value in self.dims
            if dim != "since"
        )


_ESCAPES = {"%": "%25", ",": "%2C", "=": "%3D", "[": "%5B", "]": "%5D", "\n": "%0A", "\r": "%0D"}


def _escape(text: str) -> str:
    return "".join(_ESCAPES.get(c, c) for c in text)


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    for plain, code in reversed(_ESCAPES.items()):
        value = value.replace(code, plain)
    return name, value


def value(ref: Ref, cells: Cells | Deeds) -> str:
    """The value of ``ref`` as it is printed: an integer, or a rate such as ``87.5%``; ``cells`` are deeds where it counts these."""
    kept: Iterable[tuple[Any, Any]] = cells.items()
    if ref.dims:
        kept = ((k, s) for k, s in kept if ref.matches(k))
    return FIGURES[ref.name].compute(kept)
