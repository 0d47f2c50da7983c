"""A small county for tests: units, people in every role, and a register that follows each built-in procedure."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bihuan.actions import do, house, register
from bihuan.actions.decide import Resolution, decide
from bihuan.actions.meeting import Call, attend, call_meeting, set_agenda
from bihuan.actions.request import approve_request, ask
from bihuan.ledger.append import open_ledger
from bihuan.ledger.blobs import Upload
from bihuan.ledger.derive import parsed
from bihuan.ledger.reading import facts_of
from bihuan.models import Item, Procedure
from bihuan.queries.people import actor_of
from bihuan.rules.permissions import SYSTEM, Actor, Role

#: Monday, 9:00 in China.
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
#: Who there is: (name, unit, roles held for that unit).
PEOPLE = {
    "supervisor": ("office", (Role.SUPERVISOR,)),
    "lead": ("office", (Role.LEAD,)),
    "reviewer": ("office", (Role.REVIEWER,)),
    "checker": ("office", (Role.CHECKER,)),
    "auditor": ("office", (Role.AUDITOR,)),
    "chief": ("county", (Role.LEAD, Role.SUPERVISOR)),
    "handler": ("town", (Role.HANDLER,)),
    "head": ("town", (Role.UNIT_HEAD,)),
    "other_handler": ("village", (Role.HANDLER,)),
    "other_head": ("village", (Role.UNIT_HEAD,)),
    "admin": ("county", (Role.SYSTEM_ADMIN,)),
    "security": ("county", (Role.SECURITY_ADMIN,)),
    "audit": ("county", (Role.AUDIT_ADMIN,)),
}
#: What an item of each procedure must have to be registered.
NEEDED = {
    "rectification": {"klass": "分阶段整改"},
    "task": {"source": "批示"},
    "livelihood": {
        "quantity": {"target": 1300, "unit": "户", "milestones": [{"due": "2026-06-30", "amount": 400}]}
    },
    "tough": {"target": "打通断头路", "lead": "张三"},
}
PATH = ("registered", "approved", "assigned", "working", "reviewing", "passed", "closed")


@dataclass
class County:
    """The ledger of a county at ``now``, which moves on by a minute with every step."""

    now: datetime = START
    hash_name: str = "sha256"
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, Actor] = field(default_factory=dict)
    procedures: dict[str, int] = field(default_factory=dict)
    registers: dict[str, int] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)
    _no: itertools.count = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self):
        open_ledger("某县", self.hash_name, self.now)
        for name, parent in (("county", ""), ("office", "county"), ("town", "county"), ("village", "county")):
            above = self.units.get(parent, 0)
            self.units[name] = house.create_unit(SYSTEM, self.now, {"county": "某县", "office": "督查室",
                "town": "东镇", "village": "西乡"}[name], parent=above)  # fmt: skip
        self.procedures = house.publish_builtin(SYSTEM, self.now)
        for name, (unit, roles) in PEOPLE.items():
            self.add_person(name, unit, roles)
        self.campaign = house.create_campaign(SYSTEM, self.now, "专项整治", self.units["office"])
        for code, procedure in self.procedures.items():
            self.registers[code] = house.create_register(SYSTEM, self.now, self.campaign, code, procedure)

    def add_person(self, name, unit, roles):
        person = house.create_person(SYSTEM, self.now, name, self.units[unit])
        for role in roles:
            house.grant_role(SYSTEM, self.now, person, role, self.units[unit])
        self.people[name] = actor_of(person)

    def later(self, **span):
        """Let time pass."""
        self.now += timedelta(**span)
        return self.now

    def register(self, procedure="rectification", by="supervisor", **values):
        """Register an item; returns its id."""
        self.later(minutes=1)
        plain = {
            "title": f"事项{next(self._no)}",
            "owner": self.units["town"],
            "due": "2026-12-31",
            "measures": ["修路", "绿化"],
        }
        given = {**plain, **NEEDED[procedure], **values}
        return register(self.registers[procedure], self.people[by], self.now, **given).item

    def do(self, action, item, by, **values):
        """Take a step a minute later."""
        return do(action, item, self.people[by], self.later(minutes=1), **values)

    def at(self, state, procedure="rectification", **values):
        """Register an item and bring it to ``state`` by the steps that people take; returns its id."""
        item = self.register(procedure, **values)
        if state in PATH:
            for reached in PATH[1 : PATH.index(state) + 1]:
                getattr(self, f"to_{reached}")(item)
            return item
        if state in {"returned", "merged"}:
            self.to_approved(item)
            self.to_assigned(item)
        if state == "returned":
            self.give_back(item)
        elif state == "merged":
            self.do("merge", item, "supervisor", into=self.register(procedure, **values), reason="重复")
        elif state == "cancelled":
            self.do("cancel", item, "lead", reason="登记错误")
        else:
            for reached in PATH[1:4]:
                getattr(self, f"to_{reached}")(item)
            limited = self.procedure(item).flow.suspensions.length is not None
            until = (self.now + timedelta(days=60)).date().isoformat() if limited else ""
            self.do("suspend", item, "lead", reason="待上级批复", until=until)
        return item

    def give_back(self, item):
        """Let the unit return the item, by a request where the procedure wants one."""
        if self.procedure(item).flow.returns.approver:
            request = self.ask("return", item)
            approve_request(request, self.people["supervisor"], self.later(minutes=1))
        else:
            self.do("return", item, "handler", reason="非本级职责")

    def to_approved(self, item):
        self.do("approve", item, "supervisor")

    def to_assigned(self, item):
        self.do("assign", item, "supervisor", owner=self.units["town"])

    def to_working(self, item):
        self.do("accept", item, "handler")

    def prove(self, item):
        """Do everything that the procedure asks for before submission."""
        row = self.row(item)
        amount = (row.quantity or {}).get("target")
        self.do("report", item, "handler", text="已完成", percent=100, amount=amount,
                measures={str(no): {"state": "done"} for no in range(1, row.measures + 1)})  # fmt: skip
        for condition in self.procedure(item).closing:
            if condition.kind == "evidence":
                for _ in range(condition.count):
                    self.do("attach", item, "handler", file=upload(), evidence=(condition.of or ("",))[0])

    def to_reviewing(self, item):
        self.prove(item)
        self.submit(item)

    def submit(self, item, by="handler"):
        stated = [c.name for c in self.procedure(item).conditions("submit") if c.kind == "statement"]
        return self.do("submit", item, by, text="已完成，申请销号", affirmed=stated)

    def to_passed(self, item):
        while self.row(item).state == "reviewing":
            self.review(item)

    def review(self, item, passed=True, opinion="同意"):
        """Let the level that is due decide: a person, or a meeting."""
        level = self.procedure(item).levels[self.row(item).level - 1]
        if level.meeting:
            meeting = self.meet([item])
            return self.decide(meeting, Resolution(item, "review", {"passed": passed}, opinion)).done[0]
        by = {"unit_head": "head"}.get(level.role, level.role)
        return self.do("review", item, by, passed=passed, opinion=opinion)

    def meet(self, items, by="supervisor", chair="lead", office="office", attendance=(), **more):
        """Call and hold a meeting of the office on ``items``; returns its id."""
        people = self.people
        call = Call(title="专题会", starts=self.now, place="一号会议室", chair=people[chair].person,
                    expected=[people[n].person for n in more.pop("expected", ())])  # fmt: skip
        meeting = call_meeting(people[by], self.later(minutes=1), self.units[office], call).meeting
        set_agenda(meeting, people[by], self.now, [{"item": i, "matter": "研究办理"} for i in items])
        attend(meeting, people[by], self.later(minutes=1), attendance, **more)
        return meeting

    def decide(self, meeting, *resolutions, by="supervisor"):
        """Enter what a meeting decided a minute later."""
        return decide(meeting, self.people[by], self.later(minutes=1), resolutions)

    def ask(self, kind, item, by="handler", reason="确有需要", **wanted):
        """Ask for something a minute later; returns the request's id."""
        return ask(item, kind, self.people[by], self.later(minutes=1), reason=reason, **wanted).request

    def to_closed(self, item):
        stated = [c.name for c in self.procedure(item).conditions("close") if c.kind == "statement"]
        return self.do("close", item, "supervisor", rating="满意", affirmed=stated)

    def row(self, item):
        """The item as the database has it."""
        return Item.objects.raw('SELECT * FROM "item" WHERE "id"=%s', [item])[0]

    def procedure(self, item):
        """The procedure that an item follows."""
        version = Item.objects.values_list("procedure_id", flat=True).get(pk=item)
        if version not in self._texts:
            self._texts[version] = Procedure.objects.get(pk=version).text
        return parsed(self._texts[version])

    def kinds(self, item):
        """The kinds of the item's entries, in order."""
        return [fact.kind for fact in facts_of(item)]

    def last(self, item):
        """The event of the item's last entry."""
        return facts_of(item)[-1].event


def upload(content=b"\xe6\x9d\x90\xe6\x96\x99", name="材料.txt"):
    """A file on its way in."""
    return Upload(name, io.BytesIO(content))
