"""What must always hold, checked against the entries and not against the code that made them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

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
    Objection,
    Procedure,
    Slip,
    Timer,
    Transition,
)
from bihuan.rules.colours import colour
from bihuan.rules.figures import SUM_NAMES, Key, Ref, Sums, value
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
    "item.resumed": "working",
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
#: The kinds of entries that belong to an item.
OF_ITEMS = ("item.", "slip.", "inspection.found")
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
    extensions: int = 0
    returns: int = 0
    closures: int = 0

    def follow(self, fact):
        """Take the next entry; an AssertionError tells which rule it breaks."""
        if fact.kind in FROM:
            assert self.state in FROM[fact.kind].split(), f"{fact.kind} in state {self.state}"
        family, _, name = fact.kind.partition(".")
        if family == "item":
            getattr(self, name, self.nothing)(fact, fact.event)
        self.state = TO.get(fact.kind, self.state)

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

    def assigned(self, fact, event):
        self.state = event.state

    def transferred(self, fact, event):
        self.state = event.state

    def returned(self, fact, event):
        self.returns += 1
        assert self.returns <= self.procedure.flow.returns.times

    def extended(self, fact, event):
        self.extensions += 1
        assert self.extensions <= self.procedure.flow.extensions.times

    def planned(self, fact, event):
        assert set(map(int, event.changed or {})) <= set(self.measures)
        self.add(event.measures)

    def progressed(self, fact, event):
        self.change(event.measures)
        assert all(v.get("reason") for v in (event.measures or {}).values() if v.get("state") == "waived")
        self.progress = event.text or self.progress
        self.percent = self.percent if event.percent is None else event.percent
        self.amount = self.amount if event.amount is None else event.amount
        self.handlers.add(fact.actor)

    def attached(self, fact, event):
        self.files.append(event.evidence)

    def submitted(self, fact, event):
        self.passed, self.affirmed, self.progress = [], set(event.affirmed or ()), event.text
        self.handlers.add(fact.actor)

    def reviewed(self, fact, event):
        assert fact.actor not in self.handlers, "reviewed by somebody who handled it"
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


def stories_are_allowed():
    stories = Stories()
    for page in pages('"body"'):
        for _, body in page:
            fact = fact_of(body)
            if fact.kind.startswith(OF_ITEMS):
                stories.follow(fact)
    items = list(Item.objects.order_by("id"))
    assert [item.pk for item in items] == [*stories.of]
    stories.agree(items)
    kept = {s.name: s.value for s in Series.objects.filter(name__in=stories.given)}
    assert kept == dict(stories.given)


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
