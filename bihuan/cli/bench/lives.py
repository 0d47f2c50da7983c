"""Made-up lives of items: what happens to each, when, and by whom; the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from bihuan.cli.bench.house import CLASSES, House
from bihuan.models import Register
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.permissions import Actor

_WHERE = (
    "东岸村",
    "滨河社区",
    "城南片区",
    "老工业园",
    "第三小学周边",
    "农贸市场",
    "环城北路",
    "高速出口",
    "水源地上游",
    "安置小区",
)
_WHAT = ("路面破损长期未修复", "排水不畅雨天积水", "手续办理时限过长", "资金拨付进度偏慢", "台账登记不完整", "巡查责任未落实",
         "设施老化存在隐患", "群众反映多次未回复", "项目用地手续滞后", "公示内容更新不及时")  # fmt: skip
_HOW = ("开展全面排查并建立问题清单", "明确专人负责、倒排工期逐项推进", "组织相关部门现场会商制定方案", "完善制度并向社会公示",
        "协调资金分批落实到位", "每周调度一次、每月通报一次")  # fmt: skip
_DONE = ("已完成现场勘察和方案编制，正在走招投标程序", "已进场施工，完成工程量过半，预计按期完成", "已召开两次协调会，明确了各方分工和时间节点",
         "已完成主体工作，正在组织验收和资料归档", "因天气原因进度稍缓，已增加人员设备赶工")  # fmt: skip


@dataclass(frozen=True)
class Step:
    """What comes next: at ``at`` by ``actor``; ``fields`` register an item, else ``event`` happens to it.

    With neither, time passes alone: what the clock turns until then is entered.
    """

    at: datetime
    actor: Actor
    event: ev.Event | None = None
    fields: ev.Json | None = None


class Lives:
    """Makes lives of items for a house."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.random = house, Random(seed)  # noqa: S311 (made-up data, no secret)

    def _some(self, choices: tuple[Any, ...]) -> Any:
        return self.random.choice(choices)

    def _chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def _later(self, at: datetime, low: int, high: int) -> datetime:
        return at + timedelta(minutes=self.random.randrange(low * 1440, high * 1440))

    def _due(self, at: datetime, low: int, high: int) -> str:
        return self._later(at, low, high).astimezone(CHINA).date().isoformat()

    def _measures(self) -> list[ev.Json]:
        return [
            {"text": f"{self._some(_WHERE)}{self._some(_HOW)}"} for _ in range(self.random.randrange(2, 5))
        ]

    def _report(self) -> str:
        return f"{self._some(_WHERE)}{self._some(_DONE)}；下一步{self._some(_HOW)}。"

    def _fields(self) -> ev.Json:
        return {
            "title": f"{self._some(_WHERE)}{self._some(_WHAT)}，需{self._some(_HOW)}",
            "klass": self._some(CLASSES),
            "source": "专项督查发现",
            "target": f"年内{self._some(_HOW)}",
            "lead": "分管县领导",
            "measures": self._measures(),
        }

    # ---- lives from registration to proved closure

    def whole(self, register: Register, at: datetime) -> Iterator[Step]:
        """An item from registration to its closure; about 14 entries, in order of time, some end earlier."""
        office, owner = self.house.supervisor, self._some(self.house.units)
        fields = self._fields()
        measures = len(fields["measures"])
        yield Step(at, office, fields={**fields, "state": "registered"})
        at = self._later(at, 0, 2)
        yield Step(at, office, ev.ItemApproved())
        at = self._later(at, 0, 1)
        yield Step(at, office, self._assigned(owner, at))
        at = self._later(at, 0, 2)
        handler = self.house.handlers[owner]
        yield Step(at, handler, ev.ItemAccepted(handler="承办人"))
        for no in range(self.random.randrange(2, 5)):
            at = self._later(at, 5, 25)
            yield from self._work(handler, at, no)
        if self._chance(20):
            return
        at = self._later(at, 3, 15)
        yield Step(at, handler, self._finished(measures))
        yield Step(at, handler, self._attached())
        yield from self._review(register, handler, at)

    def _assigned(self, owner: int, at: datetime) -> ev.ItemAssigned:
        helpers = [u for u in self.random.sample(self.house.units, self.random.randrange(3)) if u != owner]
        ongoing = self._chance(5)
        return ev.ItemAssigned(
            owner=owner,
            helpers=helpers or None,
            due="" if ongoing else self._due(at, 30, 200),
            due_text="长期坚持" if ongoing else "按方案时限",
            ongoing=ongoing,
            cycle="quarter" if ongoing else "",
        )

    def _work(self, handler: Actor, at: datetime, no: int) -> Iterator[Step]:
        if self._chance(10):
            yield Step(at, handler, ev.ItemProgressed(unchanged=True))
        else:
            done = {str(no + 1): {"state": "done"}} if no < 2 else None
            yield Step(
                at, handler, ev.ItemProgressed(text=self._report(), percent=20 + 20 * no, measures=done)
            )
        if self._chance(10):
            yield Step(at, self.house.supervisor, ev.ItemCommented(text=f"请{self._some(_HOW)}。"))
        if self._chance(4):
            yield Step(
                at,
                self.house.supervisor,
                ev.ItemExtended(due=self._due(at, 60, 200), reason=self._some(_WHAT)),
            )

    def _finished(self, measures: int) -> ev.ItemProgressed:
        done = {str(no): {"state": "done"} for no in range(1, measures + 1)}
        return ev.ItemProgressed(text=self._report(), percent=100, measures=done)

    def _attached(self) -> ev.ItemAttached:
        name = f"整改报告{self.random.randrange(10**9)}.pdf"
        digest = sha256(name.encode()).hexdigest()
        return ev.ItemAttached(
            digest=digest,
            name=name,
            size=self.random.randrange(10**4, 10**7),
            media="application/pdf",
            evidence="其他",
        )

    def _review(self, register: Register, handler: Actor, at: datetime) -> Iterator[Step]:
        levels = self.house.procedures[register.pk].levels
        office = self.house.supervisor
        if self._chance(10):
            yield Step(at, handler, ev.ItemSubmitted(text=self._report()))
            at = self._later(at, 1, 3)
            yield Step(
                at, office, ev.ItemReviewed(level=1, name=levels[0].name, passed=False, opinion="材料不全")
            )
            at = self._later(at, 2, 6)
        yield Step(at, handler, ev.ItemSubmitted(text=self._report()))
        for no, level in enumerate(levels, 1):
            at = self._later(at, 0, 3)
            passed = ev.ItemReviewed(
                level=no, name=level.name, passed=True, opinion="同意", last=no == len(levels)
            )
            yield Step(at, office, passed)
        at = self._later(at, 0, 2)
        yield Step(at, office, ev.ItemClosed(note="予以销号"))
        if self._chance(15):
            yield Step(self._later(at, 80, 100), office, ev.ItemLookedBack(held=True, text="成果巩固"))

    # ---- items as a workbook brings them, in whatever state they are

    def imported(self, register: Register, at: datetime) -> Iterator[Step]:
        """An item as an import leaves it, and for some what happened to it since."""
        office, owner = self.house.supervisor, self._some(self.house.units)
        state = self.random.choices(("working", "closed", "registered", "approved"), (60, 28, 6, 6))[0]
        yield Step(at, office, fields=self._fields() | self._found(state, owner, at))
        if state == "approved" and self._chance(50):
            at = self._later(at, 1, 5)
            yield Step(at, office, self._assigned(owner, at))
        elif state == "working" and self._chance(30):
            at = self._later(at, 3, 40)
            yield Step(at, office)
            for event in self._since(register):
                yield Step(at, self.house.handlers[owner], event)

    def _found(self, state: str, owner: int, at: datetime) -> ev.Json:
        """What a workbook says of an item that is at work or closed already."""
        row = self.random.randrange(10**9)
        found = {
            "state": state, "owner": owner, "percent": 100 if state == "closed" else self.random.randrange(0, 100, 5),
            "progress": "" if state == "registered" else self._report(),
            "origin": {"key": f"{row:x}", "import_id": 0, "sheet": "问题清单", "row": row % 20_000, "values": {}},
        }  # fmt: skip
        if self._chance(5):
            return found | {"ongoing": True, "cycle": "quarter", "due_text": "长期坚持"}
        return found | {"due": self._due(at, -90, 300), "due_text": "按方案时限"}

    def _since(self, register: Register) -> tuple[ev.Event, ...]:
        """What happened to an item at work after its import."""
        levels = self.house.procedures[register.pk].levels
        passed = tuple(
            ev.ItemReviewed(level=no, name=level.name, passed=True, last=no == len(levels))
            for no, level in enumerate(levels, 1)
        )
        submitted = ev.ItemSubmitted(text=self._report())
        choices: tuple[tuple[ev.Event, ...], ...] = (
            (),
            (ev.ItemReturned(reason="非本级职责"),),
            (ev.ItemSuspended(reason="等待上级批复"),),
            (ev.ItemCancelled(reason="与其他事项重复"),),
            (ev.ItemProgressed(text=self._report(), percent=60),),
            (submitted,),
            (submitted, *passed[:1]),
            (submitted, *passed),
        )
        return self.random.choice(choices)
