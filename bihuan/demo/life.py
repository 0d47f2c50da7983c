"""A simulated quarter: the county's people work their items day by day under a simulated calendar, from a seed."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bihuan.actions import do
from bihuan.actions.decide import Resolution, decide
from bihuan.actions.meeting import Call, attend, call_meeting, confirm_minutes, minute, set_agenda
from bihuan.actions.request import approve_request, ask
from bihuan.clock.tick import tick
from bihuan.demo.people import People
from bihuan.demo.supervision import Deed
from bihuan.ledger.blobs import Upload
from bihuan.models import Item, Measure
from bihuan.queries.item import detail
from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import BihuanError
from bihuan.rules.permissions import Actor
from bihuan.rules.procedure_types import Level

Progress = Callable[[int], None]

_STEPS_TEXT = (
    "已召开专题会研究，明确分工和时间节点。",
    "已完成摸底排查，形成清单。",
    "正在组织实施，进展顺利。",
    "主体工作已完成，正在收尾。",
    "各项措施落实到位，正在整理资料。",
)
_SAID = "会议听取了责任单位的汇报，逐项研究了办理情况。会议指出，能马上办的不等，要协调的当场定。"
_OBSTACLES = (
    "资金尚未到位，正在协调财政部门。",
    "涉及用地手续，待上级批复。",
    "受天气影响，施工进度滞后。",
    "部分群众有不同意见，正在做工作。",
)


@dataclass
class Life:
    """Works the items of the ledger; ``count`` tells how often each step was taken, ``plan`` what the office has still to do."""

    people: People
    random: random.Random
    count: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    plan: list[tuple[int, Deed]] = field(default_factory=list)

    def take(self, action: str, item: Item, actor: Actor, now: datetime, **values: Any) -> bool:
        """Take a step; a refusal is part of life and is counted, not hidden."""
        try:
            do(action, item.pk, actor, now, **values)
        except BihuanError:
            self.refused += 1
            return False
        self.count[action] = self.count.get(action, 0) + 1
        return True

    def ask_extension(self, item: Item, now: datetime) -> None:
        """Let the unit ask for another month, and the leader decide an hour later."""
        handler, leader = self.people.handlers.get(item.owner_id), self.people.staff["lingdao"]
        if handler is None or item.due is None:
            return
        due = (item.due + timedelta(days=30)).isoformat()
        try:
            asked = ask(item.pk, "extension", handler, now, reason="因汛期停工，申请延期。", due=due)
            approve_request(asked.request, leader, now + timedelta(hours=1), opinion="同意，抓紧复工。")
        except BihuanError:
            self.refused += 1
            return
        self.count["extend"] = self.count.get("extend", 0) + 1

    def hold_meeting(self, items: list[Item], now: datetime) -> None:
        """Hold a meeting on ``items``, let it decide each, and confirm its minutes."""
        recorder, lead = self.people.staff["duban"], self.people.staff["lingdao"]
        call = Call(
            "重点事项专题会", now, "县委三楼会议室", lead.person, [self.people.staff["shenhe"].person]
        )
        try:
            meeting = call_meeting(recorder, now, self.people.office, call).meeting
            set_agenda(meeting, recorder, now, [{"item": i.pk, "matter": "研究办理"} for i in items])
            attend(meeting, recorder, now + timedelta(minutes=5), [])
            minute(meeting, recorder, now + timedelta(minutes=30), _SAID)
            decide(meeting, recorder, now + timedelta(minutes=50), [self._resolution(i) for i in items])
            confirm_minutes(meeting, lead, now + timedelta(minutes=55))
        except BihuanError:
            self.refused += 1
            return
        self.count["meeting"] = self.count.get("meeting", 0) + 1

    def supervise(self, start: date, day: date) -> None:
        """Do what the office has planned for the day, in the evening."""
        while self.plan and start + timedelta(days=self.plan[0][0]) <= day:
            _, deed = self.plan.pop(0)
            try:
                deed(self.people, _at(day, 17, 0))
            except BihuanError:
                self.refused += 1
                continue
            self.count["deeds"] = self.count.get("deeds", 0) + 1

    def _resolution(self, item: Item) -> Resolution:
        """Close what stands at the level of a meeting; for the others a measure more, or a word."""
        if item.state == "reviewing":
            passed = self.random.random() >= 0.1
            words = "目标完成，机制建立，同意。" if passed else "长效机制还不实，请补充完善。"
            return Resolution(item.pk, "review", {"passed": passed}, words)
        if self.random.random() < 0.5:
            return Resolution(
                item.pk, "plan", {"measures": ["建立周调度机制，专班推进。"]}, "进展偏慢，须加力推进"
            )
        return Resolution(item.pk, "comment", {}, "按既定措施推进，下次会议听取进展")


def run(
    people: People,
    start: date,
    days: int,
    seed: int,
    progress: Progress | None = None,
    plan: Sequence[tuple[int, Deed]] = (),
) -> Life:
    """Let ``days`` pass from ``start``; on working days people work, at night the clock ticks.

    ``plan`` is what the office does beside: the day, counted from ``start``, and the deed.
    """
    life = Life(people, random.Random(seed), plan=list(plan))  # noqa: S311 (a simulation, not a secret)
    calendar = Calendar.builtin()
    for passed in range(days):
        day = start + timedelta(days=passed)
        if calendar.is_workday(day):
            _work_day(life, day)
            life.supervise(start, day)
        tick(_at(day, 22, 0))
        if progress:
            progress(passed + 1)
    return life


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=CHINA).astimezone(UTC)


def _work_day(life: Life, day: date) -> None:
    minute = 0
    for item in Item.objects.exclude(state__in=["merged", "cancelled"]).order_by("id"):
        handler = _ACTS.get(item.state)
        if handler is not None and life.random.random() < _EAGERNESS[item.state]:
            minute = min(minute + life.random.randrange(1, 9), 400)
            handler(life, item, _at(day, 9, 0) + timedelta(minutes=minute))
    if day.day <= 7 and day.weekday() == 0:  # the first Monday of a month
        _meet(life, day)


def _meet(life: Life, day: date) -> None:
    """Bring before a meeting what only one decides, and the items at work that are the nearest to their limits."""
    office = Item.objects.filter(office_id=life.people.office)
    waiting = [i for i in office.filter(state="reviewing").order_by("id") if _level(life, i).meeting]
    slow = office.filter(state="working").order_by("due_order", "id")[:3]
    if items := [*waiting, *slow]:
        life.hold_meeting(items, _at(day, 16, 0))


def _level(life: Life, item: Item) -> Level:
    found = detail(item.pk, life.people.staff["duban"], None)
    return found.procedure.levels[item.level - 1]


#: How likely something happens to an item in this state on a working day.
_EAGERNESS = {
    "registered": 0.7, "approved": 0.7, "assigned": 0.6, "returned": 0.6, "working": 0.12, "reviewing": 0.45,
    "passed": 0.5, "closed": 0.012, "suspended": 0.08,
}  # fmt: skip


def _registered(life: Life, item: Item, now: datetime) -> None:
    life.take("approve", item, life.people.staff["lingdao"], now, opinion="同意立项，请抓紧交办。")


def _approved(life: Life, item: Item, now: datetime) -> None:
    owner = item.owner_id or life.random.choice(sorted(life.people.handlers))
    life.take("assign", item, life.people.staff["duban"], now, owner=owner, due="" if item.due else "60日内")


def _assigned(life: Life, item: Item, now: datetime) -> None:
    handler = life.people.handlers.get(item.owner_id)
    if handler is None:
        return
    if life.random.random() < 0.06 and life.take(
        "return", item, handler, now, reason="经研究，主要职责在其他部门。", ground="三定规定"
    ):
        return
    life.take("accept", item, handler, now, handler=item.handler or handler.name)


def _working(life: Life, item: Item, now: datetime) -> None:
    roll = life.random.random()
    supervisor, leader = life.people.staff["duban"], life.people.staff["lingdao"]
    if roll < 0.03:
        until = (now + timedelta(days=30)).astimezone(CHINA).date().isoformat()
        life.take("suspend", item, leader, now, reason="需待上级批复后再办理。", until=until)
    elif roll < 0.05 and item.due:
        life.ask_extension(item, now)
    elif roll < 0.07:
        life.take("comment", item, supervisor, now, text="请加快进度，每周报送一次进展。")
    else:
        _report(life, item, now)


def _report(life: Life, item: Item, now: datetime) -> None:
    handler = life.people.handlers.get(item.owner_id)
    if handler is None:
        return
    if life.random.random() < 0.08:
        life.take("report", item, handler, now, unchanged=True)
        return
    todo = list(Measure.objects.filter(item_id=item.pk, state="open").order_by("no"))
    percent = min(100, item.percent + life.random.randrange(10, 35))
    done = (
        {str(todo[0].no): {"state": "done"}}
        if todo and (percent >= 60 or life.random.random() < 0.5)
        else None
    )
    if len(todo) > (1 if done else 0):
        percent = min(percent, 95)
    text = _STEPS_TEXT[min(percent // 25, 4)]
    obstacle = life.random.choice(_OBSTACLES) if life.random.random() < _hindrance(item, percent) else ""
    amount = _amount(item, percent)
    life.take(
        "report",
        item,
        handler,
        now,
        text=text,
        percent=percent,
        measures=done,
        difficulty=obstacle,
        amount=amount,
    )
    if percent == 100 and len(todo) <= 1:
        _prove(life, item, handler, now + timedelta(minutes=20))


def _hindrance(item: Item, percent: int) -> float:
    """How likely a report names an obstacle: nearly always when the item is overdue."""
    return 0.9 if item.overdue else (0.25 if percent < 60 else 0.0)


def _amount(item: Item, percent: int) -> int | None:
    target = (item.quantity or {}).get("target")
    return None if target is None else target * percent // 100


def _prove(life: Life, item: Item, handler: Actor, now: datetime) -> None:
    content = f"{item.number}\n{item.title}\n整改完成情况报告：各项措施均已落实。\n".encode()
    kinds = detail(item.pk, handler, None).procedure.evidence
    kind = kinds[0] if kinds else ""
    file = Upload(f"{item.no}号整改报告.txt", io.BytesIO(content))
    life.take("attach", item, handler, now, file=file, evidence=kind)
    text = f"{item.target or item.title}已按要求完成，群众反映良好。"
    life.take("submit", item, handler, now + timedelta(minutes=5), text=text)


def _reviewing(life: Life, item: Item, now: datetime) -> None:
    level = _level(life, item)
    if level.meeting:
        return  # the next meeting decides
    reviewers = {
        "unit_head": life.people.heads.get(item.owner_id),
        "supervisor": life.people.staff["duban"],
        "lead": life.people.staff["lingdao"],
        "reviewer": life.people.staff["shenhe"],
        "checker": life.people.staff["jiancha"],
    }
    reviewer = reviewers[level.role]
    if reviewer is None:
        return
    if life.random.random() < 0.1:
        life.take("review", item, reviewer, now, passed=False, opinion="佐证材料不充分，请补充整改前后对比。")
    else:
        life.take("review", item, reviewer, now, passed=True, opinion="同意。")


def _passed(life: Life, item: Item, now: datetime) -> None:
    procedure = detail(item.pk, life.people.staff["duban"], None).procedure
    names = [c.name for c in procedure.conditions("close") if c.kind == "statement"]
    life.take(
        "close", item, life.people.staff["duban"], now, note="同意销号。", rating="满意", affirmed=names
    )


def _closed(life: Life, item: Item, now: datetime) -> None:
    held = life.random.random() < 0.85
    text = "现场核查，成果保持良好。" if held else "现场核查发现问题反弹，须重新整改。"
    life.take("look_back", item, life.people.staff["jiancha"], now, held=held, text=text)


def _suspended(life: Life, item: Item, now: datetime) -> None:
    life.take("resume", item, life.people.staff["lingdao"], now, note="批复已到，恢复办理。")


_ACTS: dict[str, Callable[[Life, Item, datetime], None]] = {
    "registered": _registered,
    "approved": _approved,
    "assigned": _assigned,
    "returned": _approved,
    "working": _working,
    "reviewing": _reviewing,
    "passed": _passed,
    "closed": _closed,
    "suspended": _suspended,
}
