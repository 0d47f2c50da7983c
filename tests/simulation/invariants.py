"""What must always hold, checked against the entries and not against the code that made them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count

from bihuan.ledger import derive
from bihuan.ledger.facts import fact_of
from bihuan.ledger.reading import head, pages
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import scan, tables
from bihuan.ledger.verify import verify
from bihuan.models import Counter as Series
from bihuan.models import (
    Deadline,
    Entry,
    Inspection,
    Institution,
    Item,
    Meeting,
    Objection,
    Procedure,
    Request,
    Slip,
    Timer,
    Transition,
)
from bihuan.rules.colours import colour
from bihuan.rules.figures import SUM_NAMES, Key, Ref, Sums, value
from bihuan.rules.meeting import taking_part
from bihuan.rules.requests import STEP_OF
from tests.simulation.life import Life, counters

#: Event → the states in which it may be entered (None: any).
FROM = {
    "item.approved": "registered",
    "item.assigned": "approved returned",
    "item.accepted": "assigned",
    "item.returned": "assigned working",
    "item.planned": "approved assigned working",
    "item.progressed": "working",
    "item.attached": "assigned working reviewing passed suspended",
    "item.submitted": "working",
    "item.reviewed": "reviewing",
    "item.closed": "passed",
    "item.looked_back": "closed",
    "item.chosen": "closed",
    "item.reopened": "closed",
    "item.extended": "assigned working",
    "item.transferred": "assigned working returned",
    "item.suspended": "assigned working",
    "item.resumed": "suspended",
    "item.merged": "registered approved assigned returned working",
    "item.absorbed": "registered approved assigned returned working",
    "item.escalated": "assigned working returned suspended",
    "item.responded": "assigned working returned suspended reviewing passed",
    "item.handed_back": "assigned working returned suspended",
    "item.cancelled": "registered approved assigned returned working suspended",
}
TO = {
    "item.approved": "approved",
    "item.accepted": "working",
    "item.returned": "returned",
    "item.submitted": "reviewing",
    "item.closed": "closed",
    "item.reopened": "working",
    "item.suspended": "suspended",
    "item.merged": "merged",
    "item.cancelled": "cancelled",
}
#: Step with a slip → where the slip may stand ("" before there is one).
SLIP_FROM = {
    "proposed": "", "issued": ",proposed", "delivered": "issued", "read": "issued,delivered",
    "acknowledged": "issued,delivered,read", "answered": "issued,delivered,read,acknowledged,sent back",
    "judged": "answered", "closed": "issued,delivered,read,acknowledged,sent back,answered",
    "withdrawn": "proposed,issued,delivered,read,acknowledged,sent back,answered",
}  # fmt: skip
#: The step that a meeting decided, or that was asked for → the entry that must follow at once.
LEADS_TO = {
    "plan": "item.planned", "amend": "item.amended", "extend": "item.extended", "review": "item.reviewed",
    "transfer": "item.transferred", "suspend": "item.suspended", "resume": "item.resumed", "escalate": "item.escalated",
    "comment": "item.commented", "return": "item.returned", "merge": "item.merged",
}  # fmt: skip
#: The figures that are counted from items.
COUNTED = (
    "entered", "registered", "measures", "measures_done", "finished", "finishing_rate", "measures_rate", "open", "working",
    "reviewing", "suspended", "overdue", "ongoing", "claimed", "merged", "cancelled", "reopened", "looked_back", "relapsed",
    "extended",
)  # fmt: skip


@dataclass
class Story:
    """What the entries of one item tell, kept just far enough to judge its closure."""

    procedure: object
    state: str = ""
    measures: dict[int, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    handlers: set[int] = field(default_factory=set)
    passed: list[int] = field(default_factory=list)
    affirmed: set[str] = field(default_factory=set)
    progress: str = ""
    percent: int = 0
    amount: int = 0
    target: int | None = None
    closures: int = 0
    #: How often each way off the plan was taken, by the table of the procedure that limits it.
    times: Counter = field(default_factory=Counter)
    units: set[int] = field(default_factory=set)
    owner: int = 0
    below: list[int] = field(default_factory=list)
    #: The meeting that decided the step that is entered next, and the kind of that entry.
    meeting: int = 0
    expected: str = ""
    requests: dict[int, str] = field(default_factory=dict)

    def follow(self, fact):
        """Take the next entry; an AssertionError tells which rule it breaks."""
        if fact.kind in FROM:
            assert self.state in FROM[fact.kind].split(), f"{fact.kind} in state {self.state}"
        family, _, name = fact.kind.partition(".")
        assert self.expected in {"", fact.kind}, f"{fact.kind} where {self.expected} was decided"
        meeting, self.expected = self.meeting, ""
        if family == "item":
            getattr(self, name, self.nothing)(fact, fact.event)
        elif family in {"request", "meeting"}:
            getattr(self, f"{family}_{name}")(fact, fact.event)
        if meeting == self.meeting:
            self.meeting = 0
        self.state = TO.get(fact.kind, self.state)

    def request_asked(self, fact, event):
        assert event.request_kind not in self.requests.values(), "asked for twice at once"
        self.requests[fact.seq] = event.request_kind

    def request_decided(self, fact, event):
        kind = self.requests.pop(event.request)
        assert event.approved or event.opinion, "refused without a reason"
        self.expected = LEADS_TO[STEP_OF[kind]] if event.approved else ""

    def request_withdrawn(self, fact, event):
        del self.requests[event.request]

    def meeting_decided(self, fact, event):
        assert event.presider not in self.handlers, "decided under somebody who handled it"
        assert self.handlers.isdisjoint(present(event.meeting) - set(event.recused or ())), "not recused"
        self.meeting, self.expected = event.meeting, LEADS_TO[event.step]

    def within(self, name):
        """Count another time of ``name``; the procedure may limit them."""
        self.times[name] += 1
        most = getattr(self.procedure.flow, name).times
        assert most is None or self.times[name] <= most, f"{self.times[name]} {name}, and {most} are allowed"

    def nothing(self, fact, event):
        """An entry that matters to no rule here."""

    def add(self, measures):
        for measure in measures or ():
            self.measures[len(self.measures) + 1] = measure.get("state", "open")

    def change(self, measures):
        for no, values in (measures or {}).items():
            assert int(no) in self.measures
            self.measures[int(no)] = values.get("state", self.measures[int(no)])

    def registered(self, fact, event):
        self.state, self.percent, self.progress = event.state, event.percent, event.progress
        self.target = (event.quantity or {}).get("target")
        self.add(event.measures)
        self.give(event.owner, event.helpers)

    def give(self, owner, helpers):
        helping = self.units - {self.owner} if helpers is None else set(helpers)
        self.owner, self.units = owner, {owner, *helping} - {0}

    def assigned(self, fact, event):
        self.state = event.state
        self.give(event.owner, event.helpers)

    def transferred(self, fact, event):
        self.within("transfers")
        self.assigned(fact, event)

    def suspended(self, fact, event):
        self.within("suspensions")
        length = self.procedure.flow.suspensions.length
        assert event.until or length is None, "suspended for an unlimited time"
        if length is not None:
            longest = {"month": 31, "day": 1, "workday": 2}[length.unit] * length.count + 12
            assert date.fromisoformat(event.until) - fact.at.date() <= timedelta(days=longest)

    def resumed(self, fact, event):
        self.state = event.state

    def escalated(self, fact, event):
        self.within("escalations")
        self.below.append(event.unit)
        if event.helpers is not None:
            self.give(self.owner, event.helpers)

    def handed_back(self, fact, event):
        assert self.below, "handed back, and nobody below"
        self.below.pop()

    def responded(self, fact, event):
        assert self.below, "a response to nothing"

    def returned(self, fact, event):
        self.within("returns")

    def extended(self, fact, event):
        self.within("extensions")

    def planned(self, fact, event):
        assert set(map(int, event.changed or {})) <= set(self.measures)
        assert all(self.measures[int(no)] == "open" and why for no, why in (event.cancelled or {}).items())
        self.measures |= {int(no): "waived" for no in event.cancelled or ()}
        self.add(event.measures)
        assert event.meeting == self.meeting, "planned by another meeting than the one that decided it"
        if not event.meeting:
            self.handlers.add(fact.actor)

    def progressed(self, fact, event):
        self.change(event.measures)
        assert all(v.get("reason") for v in (event.measures or {}).values() if v.get("state") == "waived")
        self.progress = event.text or self.progress
        self.percent = self.percent if event.percent is None else event.percent
        self.amount = self.amount if event.amount is None else event.amount
        self.handlers.add(fact.actor)

    def attached(self, fact, event):
        self.files.append(event.evidence)
        if fact.unit in self.units:
            self.handlers.add(fact.actor)

    def submitted(self, fact, event):
        self.passed, self.affirmed, self.progress = [], set(event.affirmed or ()), event.text
        self.handlers.add(fact.actor)

    def reviewed(self, fact, event):
        assert fact.actor not in self.handlers, "reviewed by somebody who handled it"
        assert event.answerable not in self.handlers, "answered for by somebody who handled it"
        level = self.procedure.levels[event.level - 1]
        assert bool(event.meeting) == level.meeting, (
            "a level of a meeting was decided outside one, or the reverse"
        )
        assert event.meeting == self.meeting, "decided by another meeting than the one that says so"
        assert event.level == len(self.passed) + 1, "a level of review was skipped"
        if event.passed:
            self.passed.append(fact.actor)
            self.state = "passed" if len(self.passed) == len(self.procedure.levels) else "reviewing"
        else:
            assert event.opinion, "sent back without a reason"
            self.state = "working"

    def closed(self, fact, event):
        assert len(self.passed) == len(self.procedure.levels), "closed before every level had passed"
        assert "open" not in self.measures.values(), "closed with an open measure"
        assert self.measures or not self.procedure.flow.plan, "closed without a plan"
        for condition in self.procedure.closing:
            assert self.holds(condition, event), (
                f"closed although {condition.kind} {condition.name} did not hold"
            )
        self.closures += 1
        self.percent = 100

    def holds(self, condition, event):
        fitting = [f for f in self.files if not condition.of or f in condition.of]
        return {
            "measures": "open" not in self.measures.values(),
            "progress": bool(self.progress),
            "evidence": len(fitting) >= condition.count,
            "percent": self.percent == 100,
            "target": self.target is None or self.amount >= self.target,
            "rating": bool(event.rating),
            "statement": condition.name
            in (self.affirmed if condition.at == "submit" else event.affirmed or ()),
        }[condition.kind]

    def migrated(self, fact, event):
        old, new = self.procedure, derive.parsed(Procedure.objects.get(pk=event.procedure).text)
        assert (new.code, new.version) == (old.code, event.version), "migrated to another procedure"
        self.procedure = new

    def reopened(self, fact, event):
        self.measures = dict.fromkeys(self.measures, "open")
        self.files, self.passed, self.affirmed, self.progress, self.percent, self.amount = (
            [],
            [],
            set(),
            "",
            0,
            0,
        )

    def amended(self, fact, event):
        self.target = (event.changes.get("quantity", [0, {"target": self.target}])[1] or {}).get("target")
        self.give(event.changes.get("owner", [0, self.owner])[1], event.changes.get("helpers", [0, None])[1])


def present(meeting: int) -> frozenset[int]:
    """Who was in the room of a meeting that was attended once."""
    return frozenset(taking_part(Meeting.objects.get(pk=meeting).attendance))


def check(life: Life) -> None:
    """Check everything; the last things that happened stand in the error."""
    try:
        _check(life)
    except AssertionError as error:
        raise AssertionError(f"{error}\nafter:\n" + "\n".join([*life.trace][-12:])) from error


def _check(life: Life) -> None:
    chain_and_counters_hold()
    tables_equal_a_rebuild()
    stories_are_allowed()
    no_number_is_given_twice()
    meetings_are_numbered_without_gaps()
    what_follows_closures_is_in_order()
    transitions_add_up_to_the_counters()
    earlier_moments_are_told_as_they_were(life)
    figures_are_the_same_from_counters_and_from_rows()


def chain_and_counters_hold():
    verdict = verify()
    assert verdict.ok, verdict.problems
    assert verdict.entries == head()[0] == Entry.objects.count()


def tables_equal_a_rebuild():
    before = digests()
    rebuild()
    after = digests()
    assert [n for n in before if before[n] != after[n]] == []


def of_an_item(fact):
    """Whether an entry belongs to an item's story."""
    return bool(fact.item) or fact.kind == "item.registered"


class Stories:
    """The stories of all items, followed entry by entry in the order of the chain."""

    def __init__(self):
        self.procedures = {}
        self.of = {}
        self.last = {}
        self.slips = {}
        self.given = defaultdict(int)

    def follow(self, fact):
        """Take the next entry of an item."""
        item = fact.item or fact.seq
        if fact.kind == "item.registered":
            self.of[item] = [self.story(item), 0]
            self.give(fact.event)
        before = self.last.get(item)
        assert before is None or before <= fact.at, f"entry {fact.seq} holds before the one before it"
        self.last[item] = fact.at
        story = self.of[item]
        story[0].follow(fact)
        story[1] += 1
        if fact.kind.startswith("slip."):
            self.follow_slip(fact)

    def follow_slip(self, fact):
        """A slip's step is allowed where it stands, and its number is the next of its series."""
        step, event = fact.kind.removeprefix("slip."), fact.event
        slip = getattr(event, "slip", 0) or fact.seq
        assert self.slips.get(slip, "") in SLIP_FROM[step].split(","), (
            f"{fact.kind} of a slip {self.slips.get(slip)}"
        )
        if step == "issued":
            self.give(event)
        self.slips[slip] = step if step != "judged" else "closed" if event.accepted else "sent back"

    def give(self, event):
        """A number has been given."""
        self.given[event.series] += 1
        assert event.no == self.given[event.series], f"{event.number} leaves a gap"

    def story(self, item):
        procedure = Item.objects.values_list("procedure_id", flat=True).get(pk=item)
        if procedure not in self.procedures:
            self.procedures[procedure] = derive.parsed(Procedure.objects.get(pk=procedure).text)
        return Story(self.procedures[procedure])

    def agree(self, items):
        """The rows of ``items`` say what their stories say."""
        for item in items:
            story, entries = self.of[item.pk]
            done = sum(s != "open" for s in story.measures.values())
            told = (
                story.state,
                entries,
                len(story.measures),
                done,
                story.percent,
                story.amount,
                story.progress,
            )
            assert told == (
                item.state, item.version, item.measures, item.measures_done, item.percent, item.amount, item.progress
            ), f"item {item.pk}"  # fmt: skip
            assert set(item.handled_by) == story.handlers - {0}
            assert (set(item.requests), len(item.below)) == (set(story.requests), len(story.below))
            assert set(story.requests) == waiting_requests(item.pk)


def stories_are_allowed():
    stories = Stories()
    for page in pages('"body"'):
        for _, body in page:
            fact = fact_of(body)
            if of_an_item(fact):
                stories.follow(fact)
    items = list(Item.objects.order_by("id"))
    assert [item.pk for item in items] == [*stories.of]
    stories.agree(items)
    kept = {s.name: s.value for s in Series.objects.filter(name__in=stories.given)}
    assert kept == dict(stories.given)


def waiting_requests(item):
    return set(Request.objects.filter(item_id=item, state="asked").values_list("id", flat=True))


def meetings_are_numbered_without_gaps():
    numbers = defaultdict(list)
    for meeting in Meeting.objects.order_by("id"):
        numbers[meeting.office_id, meeting.number.rsplit("〕", 1)[0]].append(meeting.no)
    assert all(given == list(range(1, len(given) + 1)) for given in numbers.values())


def no_number_is_given_twice():
    for table in (Item, Slip.objects.exclude(number="")):
        rows = table.objects if table is Item else table
        assert not rows.values("number").annotate(n=Count("id")).filter(n__gt=1).exists()


class Fold:
    """Adds transitions up to the counters that they make."""

    def __init__(self):
        self.sums = defaultdict(lambda: [0] * len(SUM_NAMES))

    def add(self, transitions):
        for t in transitions:
            labels = [("all", ""), ("unit", str(t.unit_id or "")), ("class", t.klass), ("channel", t.channel)]
            for facet, label in labels:
                if label or facet == "all":
                    cell = self.sums[t.register_id, facet, label, t.state, t.colour]
                    for place, name in enumerate(SUM_NAMES):
                        cell[place] += getattr(t, name)

    def counters(self):
        return {key: tuple(cell) for key, cell in self.sums.items() if any(cell)}


def what_follows_closures_is_in_order():
    """Institutions are numbered without gaps; what waits has its deadline; nobody decided on what they inspected."""
    numbers = defaultdict(list)
    for fact in facts("institution.issued"):
        numbers[fact.event.series].append(fact.event.no)
    assert all(given == list(range(1, len(given) + 1)) for given in numbers.values())
    waiting = {
        ("institution-review", i.pk)
        for i in Institution.objects.filter(review_on__isnull=False, review_waits=False)
    }
    waiting |= {("re-examination", o.pk) for o in Objection.objects.filter(outcome="", overdue=False)}
    assert set(Deadline.objects.values_list("what", "ref")) == waiting
    for objection in Objection.objects.exclude(outcome=""):
        plan = Inspection.objects.get(pk=objection.inspection_id)
        assert objection.decided_by not in {plan.leader_id, *plan.members, plan.proposed_by}
    drawn = Item.objects.filter(look_back_sample__gt=0)
    assert {i.state for i in drawn} <= {"closed"}
    assert all("look-back" in i.waiting for i in drawn)


def facts(kind):
    """The facts of one kind, in order."""
    return [fact_of(e.body) for e in Entry.objects.filter(kind=kind).order_by("seq")]


def folded(at=None):
    """The counters as the transitions up to ``at`` make them."""
    fold = Fold()
    fold.add(Transition.objects.all() if at is None else Transition.objects.filter(at__lte=at))
    return fold.counters()


def transitions_add_up_to_the_counters():
    assert folded() == counters()


def earlier_moments_are_told_as_they_were(life):
    for at, said in life.moments[-6:] + life.moments[:2]:
        assert folded(at) == said, f"the figures of {at} have changed since"


def figures_are_the_same_from_counters_and_from_rows():
    cells = defaultdict(Sums)
    for i in Item.objects.all():
        counted = Sums(1, i.measures, i.measures_done, i.overdue, i.ongoing, bool(i.claimed), i.reopens, i.look_backs,
                       i.relapses, i.extensions)  # fmt: skip
        cells[Key(i.register_id, i.owner_id, i.klass, i.channel, i.state, i.colour)].add(counted)
    from_counters = {
        Key(register, 0, "", "", state, shade): Sums(*sums)
        for (register, facet, _, state, shade), sums in counters().items()
        if facet == "all"
    }
    for name in COUNTED:
        assert value(Ref(name), cells) == value(Ref(name), from_counters), name


def everything_due_is_entered(now, where="1=1") -> None:
    """After a tick: colours and lateness are those of the rules at ``now``, and nothing is left to do.

    ``where`` (SQL) says which items are looked at.
    """
    rows = Rows(connection)
    assert not Timer.objects.filter(due_at__lte=now).exists()
    assert not Deadline.objects.filter(due_at__lte=now).exists()
    calendar = derive.calendar_of(rows)
    table = tables(connection.vendor)["item"]

    for item in (row for page in scan(connection, table, where) for row in page):
        found = colour(derive.clocked(item), derive.procedure_of(rows, item), calendar, now)
        assert (item["colour"], item["rule"]) == (found.name, found.rule), f"item {item['id']} at {now}"
        late = item["due_at"] is not None and item["due_at"] <= now
        ended = item["state"] in {"closed", "merged", "cancelled", "suspended"}
        assert item["overdue"] == (late and not ended), f"item {item['id']} at {now}"
