"""Lives of many items, from a seed: random people take random steps, allowed and not, while the clock jumps."""

from __future__ import annotations

import random
import re
from collections import Counter, deque
from datetime import date, datetime, timedelta

from bihuan.actions import house
from bihuan.actions import slip as slips
from bihuan.actions.adopt import adopt_procedure
from bihuan.clock.tick import tick
from bihuan.ledger.reading import head
from bihuan.ledger.seal import make_seal
from bihuan.models import Item, Procedure, Slip, Tally
from bihuan.rules.calendar import CalendarYear
from bihuan.rules.errors import BihuanError
from bihuan.rules.figures import SUM_NAMES
from bihuan.rules.permissions import SYSTEM, Role
from bihuan.rules.slips import LIVE, SLIP_STEPS, Hand
from bihuan.rules.workflow import STEPS
from tests.actions.county import NEEDED, START, County, upload
from tests.simulation import after_closing
from tests.simulation.deciding import Deciding

DUES = (
    "2026-04-30", "2026年6月底前", "15个工作日内", "立行立改", "长期坚持", "每季度报送，长期坚持", "2026年8月底前，并长期坚持",
    "3个月内", "2026-12-31", "300个工作日内", "", "读不懂的？", "2026-13-45",
)  # fmt: skip
#: Who is likely to take a step; ``@`` stands for the people of the item's owner.
LIKELY = {
    "approve": "supervisor lead", "assign": "supervisor", "accept": "@handler @head", "return": "@handler",
    "plan": "@handler @handler @handler @handler @head supervisor", "report": "@handler @handler @head supervisor", "attach": "@handler checker",
    "submit": "@handler @handler @handler @head", "close": "supervisor", "look_back": "supervisor checker reviewer",
    "reopen": "lead", "extend": "lead", "transfer": "supervisor", "suspend": "lead", "resume": "lead", "merge": "supervisor",
    "escalate": "lead chief", "respond": "lead", "hand_back": "lead", "cancel": "lead", "amend": "supervisor", "comment": "lead auditor @handler",
}  # fmt: skip
#: How likely a step is to be chosen among those that the state allows; work goes on more often than it stops.
WEIGHTS = {"report": 4, "submit": 10, "review": 40, "close": 30, "accept": 20, "assign": 20, "approve": 30, "resume": 8,
           "cancel": 0.2, "merge": 0.6, "reopen": 2, "look_back": 2, "escalate": 0.5, "respond": 2, "return": 0.7}  # fmt: skip


class Life(Deciding):
    """``run`` lets ``steps`` things happen; ``counts`` tells what was done and what was refused."""

    def __init__(self, seed: int, hash_name: str = "sha256", start: datetime = START) -> None:
        self.random = random.Random(seed)
        self.county = County(start, hash_name)
        self.county.add_person("upper", "county", (Role.SUPERVISOR, Role.LEAD, Role.REVIEWER, Role.CHECKER))
        self.counts: Counter[str] = Counter()
        self.trace: deque[str] = deque(maxlen=60)
        #: Moments at which nothing was due any more, with what the counters said then.
        self.moments: list[tuple[object, dict]] = []
        self.years = 0

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        """Let one thing happen, or be refused."""
        kinds = {
            "act": 80,
            "wild": 6,
            "register": 4,
            "slip": 4,
            "wait": 5,
            "tick": 4,
            "house": 1,
            "after": 4,
            "ask": 6,
            "rule": 7,
            "meet": 1,
        }
        self.let(self.random.choices(list(kinds), list(kinds.values()))[0])

    def let(self, what: str) -> None:
        """Let ``what`` happen, or be refused."""
        try:
            said = getattr(self, f"_{what}")()
        except BihuanError as error:
            said = f"{error.code}: {error.message}"
            self.counts[f"refused {what}"] += 1
        self.trace.append(f"{what}: {said}")

    # ---- what happens ----

    def _act(self):
        """A step that the item's state allows, mostly by somebody who may take it."""
        item = self._item()
        if item is None:
            return "nothing"
        needless = {"respond", "hand_back"} if not item.below else set()
        actions = [a for a, s in STEPS.items() if item.state in s.frm and a not in needless]
        action = self.random.choices(actions, [WEIGHTS.get(a, 1) for a in actions])[0]
        if action == "submit" and self.random.random() < 0.7:
            self.county.prove(item.pk)
            item = self.county.row(item.pk)
        if action == "review" and self._level(item).meeting and self.random.random() < 0.8:
            of_county = item.office_id == self.county.units["county"]
            return self._meet_on([item], "county" if of_county else "office")
        return self._do(action, item, self._likely(action, item))

    def _wild(self):
        """Any step on any item by anybody."""
        item = self._item()
        if item is None:
            return "nothing"
        return self._do(self.random.choice(list(STEPS)), item, self.random.choice(list(self.county.people)))

    def _do(self, action, item, by):
        version = self.random.choice([None, *[item.version] * 8, item.version - 1])
        values = self._values(action, item)
        self.trace.append(f"{action} {item.pk} {item.state} by {by} {values}")
        before = head()
        try:
            done = self.county.do(action, item.pk, by, version=version, **values)
        except BihuanError:
            assert head() == before, "refused, and yet something was entered"
            raise
        self.counts[action] += 1
        return done

    def _register(self):
        r, county = self.random, self.county
        procedure = r.choice(list(county.registers))
        values = {
            "owner": r.choice([0, self._unit(), self._unit()]),
            "helpers": [self._unit() for _ in range(r.randrange(3))],
            "due": r.choice([*DUES[:-2] * 3, *DUES]),
            "measures": [f"措施{n}" for n in range(r.randrange(4))],
            "channel": r.choice(["", "热线", "督查"]),
            "klass": r.choice(["", "立行立改", "分阶段整改", "改革"]),
        }
        if procedure == "livelihood":
            values.pop("klass")
        self.counts["register"] += 1
        return county.register(procedure, **{**NEEDED[procedure], **values})

    def _slip(self):
        """A step with one of the latest slips, mostly by whoever may take it; or another slip by hand."""
        r, county = self.random, self.county
        found = list(Slip.objects.filter(state__in=LIVE).order_by("-id")[:12])
        if not found or r.random() < 0.1:
            item = self._item()
            if item is None:
                return "nothing"
            rung = r.choice([s.name for s in county.procedure(item.pk).slips] or ["通知单"])
            by, despite = r.choice(["supervisor", "supervisor", "lead"]), r.choice(["", "再次提醒"])
            made = slips.issue_slip(
                item.pk, rung, county.people[by], county.later(minutes=1), despite=despite
            )
            self.counts["slip issue"] += 1
            return made
        slip = r.choice(found)
        actions = [a for a, s in SLIP_STEPS.items() if slip.state in s.frm]
        action = r.choices(actions, [{"close": 0.3, "withdraw": 0.3}.get(a, 4) for a in actions])[0]
        done = _SLIP_STEPS[action](
            slip.pk, county.people[self._hand(action, slip)], county.later(minutes=1), r
        )
        self.counts[f"slip {action}"] += 1
        return done

    def _hand(self, action, slip):
        """Who is likely to take a step with a slip."""
        if self.random.random() < 0.05:
            return self.random.choice(list(self.county.people))
        hand = SLIP_STEPS[action].hand
        if hand is Hand.RECIPIENT:
            inside = "other_" if slip.unit_id == self.county.units["village"] else ""
            return inside + ("handler" if "handler" in slip.to else "head")
        if slip.office_id == self.county.units["county"]:
            return "upper"
        return slip.approver or "supervisor" if hand is Hand.SIGNER else "supervisor"

    def _wait(self):
        r = self.random
        span = r.choice(
            [{"microseconds": 1}, {"minutes": r.randrange(600)}, {"hours": 30}, {"days": r.randrange(1, 45)}]
        )
        return self.county.later(**span)

    def _tick(self):
        entered = tick(self.county.now)
        self.moments.append((self.county.now, counters()))
        self.county.later(microseconds=1)
        return entered

    def _house(self):
        r, county = self.random, self.county
        what = r.choice(["calendar", "unit", "seal", "mapping", "procedure"])
        self.counts[what] += 1
        if what == "calendar":
            self.years += 1
            days = frozenset(date(2027, m, d) for m in range(1, 13) for d in r.sample(range(1, 28), 2))
            house.publish_calendar(
                SYSTEM, county.later(minutes=1), CalendarYear(2027, days, frozenset(), "通知")
            )
            self.moments.clear()  # it may move what fell due before
        elif what == "unit":
            unit = house.create_unit(
                SYSTEM, county.now, f"第{head()[0]}站", parent=self._unit(), aliases=[f"站{head()[0]}"]
            )
            house.change_unit(SYSTEM, county.now, unit, name=f"改{head()[0]}站", aliases=[])
        elif what == "seal":
            make_seal(county.now)
        elif what == "procedure":
            self._new_version()
        else:
            house.keep_mapping(SYSTEM, county.now, r.choice("甲乙"), {"甲": r.choice(["title", "due"])})
        return what

    def _new_version(self):
        """The next version of a procedure, slower or quicker to turn yellow, adopted by its register; its items follow or stay."""
        r, county = self.random, self.county
        code = r.choice(list(county.registers))
        latest = Procedure.objects.filter(code=code).order_by("-version").first()
        text = latest.text.replace(f"version = {latest.version}", f"version = {latest.version + 1}", 1)
        text = re.sub(r'(kind = "near"\nwithin = )"[^"]*"', rf'\1"{r.randrange(1, 20)} days"', text, count=1)
        version = house.publish_procedure(SYSTEM, county.later(minutes=1), text)
        who = county.people[r.choice(["supervisor", "supervisor", "handler"])]
        adopt_procedure(who, county.now, county.registers[code], version, migrate=r.random() < 0.7)
        self.moments.clear()  # colours may have changed at the very moment that was kept

    def _after(self):
        """What follows closures and goes on beside the items."""
        what = self.random.choice(["look_back_draw", "institution", "inspection"])
        said = getattr(after_closing, what)(self)
        self.counts[what] += 1
        return f"{what}: {said}"

    # ---- whom and with what ----

    def _item(self):
        """Mostly one of the latest, so that some live their whole life."""
        items = list(Item.objects.order_by("-id").values_list("id", flat=True)[:8])
        if not items:
            return None
        chosen = (
            self.random.choice(items)
            if self.random.random() < 0.9
            else self.random.choice(list(Item.objects.order_by("id").values_list("id", flat=True)))
        )
        return self.county.row(chosen)

    def _unit(self):
        return self.county.units[self.random.choice(["town", "town", "village"])]

    def _likely(self, action, item):
        if action == "review":
            level = self._level(item)
            names = "@head" if level.role == "unit_head" else level.role
        else:
            names = LIKELY[action]
        return self._who(self.random.choice(names.split()), item)

    def _level(self, item):
        return self.county.procedure(item.pk).levels[item.level - 1]

    def _who(self, name, item):
        """Who is called ``name`` for this item: of its owner (``@``), or of the office that supervises it now."""
        if item.office_id == self.county.units["county"] and not name.startswith("@"):
            return "upper"
        if not name.startswith("@"):
            return name
        return ("other_" if item.owner_id == self.county.units["village"] else "") + name[1:]

    def _values(self, action, item):
        make = getattr(self, f"_values_{action}", None)
        values = make(item) if make else {}
        if values and self.random.random() < 0.05:
            values.pop(self.random.choice(list(values)))
        return values

    def _due(self):
        day = (self.county.now + timedelta(days=self.random.randrange(1, 120))).date()
        return self.random.choice([*DUES, day.isoformat(), day, day])

    def _values_assign(self, item):
        return {
            "owner": self._unit(),
            "due": self.random.choice(["", self._due(), self._due()]),
            "lead": "王县长",
        }

    def _values_return(self, item):
        return {"reason": "非本级职责"}

    def _values_plan(self, item):
        changed = {
            str(self.random.randrange(1, 4)): {"text": "改", "due": self.random.choice(["", "2026年9月底前"])}
        }
        return {
            "measures": self.random.choice([[], ["新措施"], ["一", "二"]]),
            "changed": self.random.choice([None, changed]),
        }

    def _values_report(self, item):
        r = self.random
        states = {str(no): {"state": r.choice(["done", "done", "open", "waived"]), "reason": "已无必要"}
                  for no in range(1, item.measures + 1) if r.random() < 0.5}  # fmt: skip
        target = (item.quantity or {}).get("target")
        return {
            "text": r.choice(["", "进展顺利"]),
            "percent": r.choice([None, r.randrange(101), 100]),
            "measures": states,
            "amount": r.choice([None, target, r.randrange(1500)]) if target else None,
        }

    def _values_attach(self, item):
        kinds = self.county.procedure(item.pk).evidence
        return {
            "file": upload(bytes([65 + self.random.randrange(20)])),
            "evidence": self.random.choice([*kinds, ""]),
        }

    def _values_submit(self, item):
        return {"text": "已完成", "affirmed": self._stated(item, "submit")}

    def _values_close(self, item):
        return {"rating": self.random.choice(["满意", ""]), "affirmed": self._stated(item, "close")}

    def _stated(self, item, at):
        names = [c.name for c in self.county.procedure(item.pk).conditions(at) if c.kind == "statement"]
        return names if self.random.random() < 0.9 else []

    def _values_review(self, item):
        return {
            "passed": self.random.random() < 0.85,
            "opinion": self.random.choice(["同意", "同意", "再改", ""]),
        }

    def _values_look_back(self, item):
        return {
            "held": self.random.random() < 0.6,
            "text": "现场核查",
            "due": self.random.choice([None, self._due()]),
        }

    def _values_reopen(self, item):
        return {"reason": "反弹", "due": self.random.choice([None, self._due()])}

    def _values_extend(self, item):
        base = item.due or self.county.now.date()
        return {"due": (base + timedelta(days=self.random.randrange(-5, 120))).isoformat(), "reason": "汛期"}

    def _values_transfer(self, item):
        return {"owner": self._unit(), "reason": "职责调整"}

    def _values_suspend(self, item):
        later = (self.county.now + timedelta(days=self.random.randrange(1, 80))).date().isoformat()
        return {"reason": "待批复", "until": self.random.choice(["", later, later, later])}

    def _values_merge(self, item):
        others = list(Item.objects.order_by("id").values_list("id", flat=True))
        return {"into": self.random.choice(others), "reason": "重复"}

    def _values_escalate(self, item):
        return {
            "unit": self.county.units[self.random.choice(["county", "county", "town"])],
            "reason": "跨部门",
        }

    def _values_respond(self, item):
        return {"text": "由上级协调"}

    def _values_hand_back(self, item):
        return {"reason": "已协调"}

    def _values_cancel(self, item):
        return {"reason": "登记错误"}

    def _values_amend(self, item):
        r = self.random
        changes = {
            "title": f"改名{r.randrange(9)}", "klass": r.choice(["", "立行立改"]), "due": self._due(), "ongoing": r.random() < 0.5,
            "helpers": [self._unit()], "cycle": r.choice(["", "month"]),
        }  # fmt: skip
        return {"changes": dict(r.sample(sorted(changes.items(), key=lambda c: c[0]), r.randrange(1, 4)))}

    def _values_comment(self, item):
        return {"text": "请加快"}


_SLIP_STEPS = {
    "approve": lambda slip, who, now, r: slips.approve_slip(slip, who, now),
    "deliver": lambda slip, who, now, r: slips.deliver_slip(slip, who, now, note="当面送达"),
    "read": lambda slip, who, now, r: slips.read_slip(slip, who, now),
    "acknowledge": lambda slip, who, now, r: slips.acknowledge_slip(slip, who, now),
    "answer": lambda slip, who, now, r: slips.answer_slip(slip, who, now, text="已落实"),
    "judge": lambda slip, who, now, r: slips.judge_slip(
        slip, who, now, accepted=r.random() < 0.6, opinion="内容空泛"
    ),
    "close": lambda slip, who, now, r: slips.close_slip(slip, who, now, note="不再需要"),
    "withdraw": lambda slip, who, now, r: slips.withdraw_slip(slip, who, now, reason="发错"),
}


def counters():
    """What the counters say: (register, facet, label, state, colour) → sums."""
    return {
        (t.register_id, t.facet, t.label, t.state, t.colour): tuple(getattr(t, n) for n in SUM_NAMES)
        for t in Tally.objects.all()
    }
