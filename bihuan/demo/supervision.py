"""What the supervising office does in the simulated quarter beside its items: inspections, escalations, rules, case reviews."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bihuan.actions import do
from bihuan.actions.case import review_case
from bihuan.actions.decide import Resolution, decide
from bihuan.actions.finding import record_finding, record_step
from bihuan.actions.inspection import Plan, approve_inspection, finish_inspection, propose_inspection
from bihuan.actions.institution import draft_institution, issue_institution
from bihuan.actions.meeting import Call, attend, call_meeting, minute, set_agenda
from bihuan.actions.objection import object_to, reexamine
from bihuan.actions.sample import Population, commit_sample, draw_sample
from bihuan.demo.people import People
from bihuan.ledger.reading import facts_of
from bihuan.models import Conclusion, Inspection, Item, Objection, Register, Unit
from bihuan.queries.recurring import proposals
from bihuan.rules.clocked import CHINA

_HOUR = timedelta(hours=1)
_WORDS = "已逐户走访核实情况，组织两次集中整治，问题点位全部销账，群众代表到场查看认可，并把日常巡查纳入镇村网格管理。"


def _unit(name: str) -> int:
    return Unit.objects.get(name=name).pk


def _register(name: str) -> int:
    return Register.objects.get(name=name).pk


def _propose(
    people: People,
    now: datetime,
    name: str,
    mode: str,
    contents: tuple[str, ...],
    units: tuple[str, ...],
    days: int,
) -> int:
    """Propose a plan that begins today, to be led by the inspector."""
    start = now.astimezone(CHINA).date()
    plan = Plan(
        name, mode, contents, "、".join(units), "今年以来的工作", [_unit(u) for u in units], start,
        start + timedelta(days=days), people.staff["jiancha"].person,
    )  # fmt: skip
    return propose_inspection(people.staff["duban"], now, people.office, plan).inspection


def _approved(people: People, now: datetime, *plan: object) -> int:
    made = _propose(people, now, *plan)  # type: ignore[arg-type]
    approve_inspection(made, people.staff["lingdao"], now + _HOUR)
    return made


def safety(people: People, now: datetime) -> None:
    """Plan an inspection of two units, approved an hour later."""
    units = ("县住房和城乡建设局", "城关镇")
    _approved(people, now, "消防通道和值班值守督查", "planned", ("消防通道", "值班值守"), units, 20)


def findings(people: People, now: datetime) -> None:
    """Find three things: two become items, the third is tied to the first."""
    made, checker = Inspection.objects.get(name="消防通道和值班值守督查").pk, people.staff["jiancha"]
    register, town = _register("问题整改清单"), _unit("城关镇")
    first = record_finding(
        made, checker, now, unit=town, text="城关镇综合市场二号楼东侧消防通道被摊位占用，值守人员不在岗。",
        content="消防通道", category="消防安全", register=register, klass="安全生产", due="30日内",
    )  # fmt: skip
    record_finding(
        made, checker, now + _HOUR, unit=_unit("县住房和城乡建设局"), content="消防通道", category="消防安全",
        text="同一市场改造项目的施工围挡挡住了消防车道。", register=register, klass="安全生产", due="30日内",
    )  # fmt: skip
    text = "晚间复查，值守人员仍不在岗，值班记录事后补写。"
    record_finding(made, checker, now + 3 * _HOUR, unit=town, content="值班值守", text=text, item=first.item)


def conclude(people: People, now: datetime) -> None:
    """End the inspection and tell each unit."""
    made = Inspection.objects.get(name="消防通道和值班值守督查").pk
    own = {_unit("县住房和城乡建设局"): "施工围挡占用消防车道，监管不到位，请于一周内清理。"}
    words = "总体较好，城关镇综合市场消防通道被占用，请限期清理并建立巡查制度。"
    finish_inspection(made, people.staff["jiancha"], now, words, by_unit=own)


def objection(people: People, now: datetime) -> None:
    """A unit objects to its conclusion."""
    unit = _unit("县住房和城乡建设局")
    told = Conclusion.objects.get(unit_id=unit)
    reason = "围挡系自来水公司抢修临时设置，督查当日傍晚已拆除，有施工许可和现场照片。"
    object_to(told.pk, people.heads[unit], now, reason)


def decision(people: People, now: datetime) -> None:
    """The lead, who did not inspect, decides on it."""
    made = Objection.objects.get()
    text = "经查，抢修许可和照片属实，变更为：围挡未设消防绕行标识，请规范。"
    reexamine(made.pk, people.staff["lingdao"], now, "changed", text)


def walk(people: People, now: datetime) -> None:
    """Walk through a service as an ordinary person, step by step."""
    unit, checker = "县行政审批服务局", people.staff["jiancha"]
    made = _approved(people, now, "老年人医保报销走流程", "walk", ("医保报销",), (unit,), 10)
    steps = (
        ("到政务大厅取号", 12, ""),
        ("窗口提交材料，被告知缺少转诊单复印件", 25, "材料清单没有写明要复印件，大厅没有复印机"),
        ("到街对面复印后重新取号", 40, "重新排队，没有优先通道"),
        ("窗口受理，当场办结", 9, ""),
    )
    at = now + _HOUR
    for what, minutes, obstacle in steps:
        at += timedelta(minutes=minutes)
        record_step(
            made,
            checker,
            at,
            unit=_unit(unit),
            service="医保报销",
            what=what,
            minutes=minutes,
            obstacle=obstacle,
        )
    record_finding(
        made, checker, at + timedelta(minutes=5), unit=_unit(unit), text="医保报销材料清单不完整，群众一次办结要跑三趟。",
        category="政务服务", register=_register("督查事项清单"), source="走流程",
    )  # fmt: skip
    finish_inspection(made, checker, at + _HOUR, "全程 86 分钟，三处堵点，请一周内公布改进措施。")


def covert(people: People, now: datetime) -> None:
    """Begin a covert visit that goes on, and propose another plan that waits for its approval."""
    unit = "县交通运输局"
    made = _approved(people, now, "客运站安全暗访", "covert", ("安检", "疲劳驾驶"), (unit,), 15)
    record_finding(
        made, people.staff["jiancha"], now + 2 * _HOUR, unit=_unit(unit), text="客运站安检机夜间无人值守，行李直接进站。",
        content="安检", category="道路安全", register=_register("问题整改清单"), klass="安全生产",
    )  # fmt: skip
    _propose(
        people, now + _HOUR, "防汛备汛督查", "special", ("堤防巡查", "物资储备"), ("县水利局", "柳林镇"), 30
    )


def _at_work(people: People) -> list[Item]:
    found = Item.objects.filter(office_id=people.office, state="working", escalations=0)
    return list(found.order_by("due_order", "id"))


def escalate(people: People, now: datetime) -> None:
    """Bring what one department cannot settle to the county, which takes the lead two hours later."""
    item = _at_work(people)[0]
    lead = people.staff["lingdao"]
    reason = "涉及住建、交通、自然资源三个部门，权责交叉，镇级协调不动，吹哨报到。"
    do("escalate", item.pk, lead, now, unit=people.root, reason=reason, lead="常务副县长 李建国")
    words = "县里牵头，每周调度一次；原责任单位继续办理，配合部门三日内明确专人。"
    do("respond", item.pk, lead, now + 2 * _HOUR, text=words)


def escalate_late(people: People, now: datetime) -> None:
    """Bring another one to the county; nobody has responded yet."""
    item = _at_work(people)[0]
    reason = "资金缺口和用地手续需县级统筹，申请提级帮办。"
    do("escalate", item.pk, people.staff["lingdao"], now, unit=people.root, reason=reason)


def same_words(people: People, now: datetime) -> None:
    """Some units report in the same words: a sign that somebody may look into once they ask for closure."""
    for item in sorted(_at_work(people), key=lambda i: -i.percent)[:5]:
        do("report", item.pk, people.handlers[item.owner_id], now, text=_WORDS)
        now += _HOUR


def rule(people: People, now: datetime) -> None:
    """Make a rule because of what came again, to be reviewed in a year."""
    found = proposals(list(Register.objects.order_by("id")), now, None)
    causes = [i.pk for i in found[0].items] if found else [i.pk for i in _at_work(people)[:2]]
    clerk, unit = people.staff["duban"], _unit("县住房和城乡建设局")
    made = draft_institution(
        clerk, now, "城区市政设施巡查维护办法", unit, "县委作风建设专项整治方案，四月专题会议定事项", causes
    ).institution
    today = now.astimezone(CHINA).date()
    issue_institution(made, clerk, now + _HOUR, today.replace(day=1) + timedelta(days=366))


def old_rule(people: People, now: datetime) -> None:
    """Make another one that is to be looked at again soon, and begin a third."""
    clerk, today = people.staff["duban"], now.astimezone(CHINA).date()
    items = [i.pk for i in Item.objects.filter(office_id=people.office).order_by("id")[:4]]
    made = draft_institution(
        clerk,
        now,
        "消防通道日常巡查制度（试行）",
        _unit("城关镇"),
        "消防通道和值班值守督查整改要求",
        items[:2],
    ).institution
    issue_institution(made, clerk, now + _HOUR, today + timedelta(days=20))
    draft_institution(
        clerk,
        now + 2 * _HOUR,
        "政务服务材料一次告知规定",
        _unit("县行政审批服务局"),
        "走流程发现的堵点",
        items[2:],
    )


def lots(people: People, now: datetime) -> None:
    """Draw from the closures up to yesterday for a look-back, and from all items for an inspection."""
    clerk, today = people.staff["duban"], now.astimezone(CHINA).date()
    register = _register("问题整改清单")
    closed = Population(
        register=register,
        closed_from=today - timedelta(days=60),
        closed_to=today - timedelta(days=1),
        look_back=True,
    )
    made = commit_sample(clerk, now, closed, "季度回头看", share=50, seed="清河县2026").sample
    draw_sample(made, clerk, now + _HOUR)
    by_unit = Population(register=register, stratify="unit")
    made = commit_sample(clerk, now + _HOUR, by_unit, "季度抽查", each=1, seed="清河县2026").sample
    draw_sample(made, clerk, now + 2 * _HOUR)


#: What turns a case, and why.
_TURNING = {
    "item.assigned": "一次交办，责任到单位到人",
    "item.progressed": "反馈真实困难，而不是写材料",
    "meeting.decided": "会议当场议定，不再转圈",
    "item.closed": "措施完成、材料齐全后销号",
}


def case(people: People, now: datetime) -> None:
    """Review the closed item that has the longest story."""
    closed = Item.objects.filter(office_id=people.office, state="closed").order_by("-version", "id")
    item = closed[0]
    turns = {f.kind: f.seq for f in facts_of(item.pk) if f.kind in _TURNING}
    review_case(
        people.staff["duban"], now, f"“{item.title[:24].rstrip('，。、')}”案例复盘", [item.pk],
        "多部门管、谁都不全管；以往靠电话催办，进展说不清。", {seq: _TURNING[kind] for kind, seq in turns.items()},
        "交办时把牵头单位、时限、完成标准写在一张单子上；困难早说，会议早定；销号前先看现场。",
    )  # fmt: skip


def open_minutes(people: People, now: datetime) -> None:
    """Hold a meeting, the minutes of which its chair has still to confirm."""
    staff, clerk = people.staff, people.staff["duban"]
    call = Call("问题整改会商会", now, "督查室会议室", staff["lingdao"].person, [staff["shenhe"].person])
    meeting = call_meeting(clerk, now, people.office, call).meeting
    first, second, third = _at_work(people)[:3]
    places = [{"item": i.pk, "matter": "研究办理"} for i in (first, second, third)]
    set_agenda(meeting, clerk, now, places)
    attend(meeting, clerk, now + _HOUR, [], observers=["县财政局 周明"])
    minute(meeting, clerk, now + _HOUR, "责任单位汇报了进度，财政局说明了资金拨付安排。", no=1)
    late = (now.astimezone(CHINA).date() + timedelta(days=20)).isoformat()
    measures = [{"text": "倒排工期，每周报送一次进度", "due": late}]
    plan = Resolution(first.pk, "plan", {"measures": measures}, "进度滞后，须逐周调度")
    word = Resolution(second.pk, "comment", {}, "资金由财政局本月内拨付到位，责任单位抓紧开工")
    decide(meeting, clerk, now + 2 * _HOUR, [plan, word])


def next_meeting(people: People, now: datetime) -> None:
    """Call a meeting that is still to come."""
    staff, starts = people.staff, (now + timedelta(days=4)).replace(minute=0)
    call = Call("重点事项推进会", starts, "县委三楼会议室", staff["lingdao"].person,
                [staff["shenhe"].person, staff["jiancha"].person])  # fmt: skip
    meeting = call_meeting(staff["duban"], now, people.office, call).meeting
    matters = ("是否延期", "调整措施", "研究办理")
    places = [{"item": i.pk, "matter": m} for i, m in zip(_at_work(people)[:3], matters, strict=False)]
    set_agenda(meeting, staff["duban"], now, places)


Deed = Callable[[People, datetime], None]
#: Day of the quarter → what is done on it, or on the next working day.
DEEDS: tuple[tuple[int, Deed], ...] = (
    (10, safety),
    (13, findings),
    (22, conclude),
    (27, objection),
    (33, decision),
    (36, same_words),
    (40, walk),
    (45, escalate),
    (64, old_rule),
    (70, rule),
    (80, lots),
    (82, open_minutes),
    (83, covert),
    (84, case),
    (86, escalate_late),
    (87, next_meeting),
)
