"""What must always hold, checked against the entries and not against the code that made them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count

from bihuan.ledger import derive
from bihuan.ledger.reading import facts_of, head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import scan, tables
from bihuan.ledger.verify import verify
from bihuan.models import Counter as Series
from bihuan.models import Entry, Item, Meeting, Procedure, Request, Timer, Transition
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
        raise AssertionError(f"{error}\nafter:\n" + "\n".join(life.trace[-12:])) from error


def _check(life: Life) -> None:
    chain_and_counters_hold()
    tables_equal_a_rebuild()
    stories_are_allowed()
    numbers_have_no_gaps()
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


def stories_are_allowed():
    procedures = {p.pk: derive.parsed(p.text) for p in Procedure.objects.all()}
    for item in Item.objects.order_by("id"):
        facts = facts_of(item.pk)
        story = Story(procedures[item.procedure_id])
        for before, fact in zip([facts[0], *facts], facts, strict=False):
            assert (before.seq, before.at) <= (fact.seq, fact.at), f"entry {fact.seq} is out of order"
            assert before.at <= fact.at, f"entry {fact.seq} holds before the one before it"
            story.follow(fact)
        assert (item.state, item.version) == (story.state, len(facts))
        assert (item.measures, item.measures_done) == (
            len(story.measures),
            sum(s != "open" for s in story.measures.values()),
        )
        assert (item.percent, item.amount, item.progress) == (story.percent, story.amount, story.progress)
        assert set(item.handled_by) == story.handlers - {0}
        assert (set(item.requests), len(item.below)) == (set(story.requests), len(story.below))
        assert set(story.requests) == waiting_requests(item.pk)


def waiting_requests(item):
    return set(Request.objects.filter(item_id=item, state="asked").values_list("id", flat=True))


def numbers_have_no_gaps():
    given = defaultdict(list)
    for item in Item.objects.order_by("id"):
        event = facts_of(item.pk)[0].event
        given[event.series].append(event.no)
        assert event.number == item.number
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in given.values())
    kept = dict(Series.objects.filter(name__in=given).values_list("name", "value"))
    assert kept == {series: len(numbers) for series, numbers in given.items()}
    for office in Meeting.objects.values_list("office_id", flat=True).distinct():
        met = Meeting.objects.filter(office_id=office).order_by("id")
        by_year = defaultdict(list)
        for meeting in met:
            by_year[meeting.number.rsplit("〕", 1)[0]].append(meeting.no)
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_year.values())
    assert not Item.objects.values("number").annotate(n=Count("id")).filter(n__gt=1).exists()


def folded(at=None):
    """The counters as the transitions up to ``at`` make them."""
    sums = defaultdict(lambda: [0] * len(SUM_NAMES))
    found = Transition.objects.all() if at is None else Transition.objects.filter(at__lte=at)
    for t in found:
        labels = [("all", ""), ("unit", str(t.unit_id or "")), ("class", t.klass), ("channel", t.channel)]
        for facet, label in labels:
            if label or facet == "all":
                cell = sums[t.register_id, facet, label, t.state, t.colour]
                for place, name in enumerate(SUM_NAMES):
                    cell[place] += getattr(t, name)
    return {key: tuple(cell) for key, cell in sums.items() if any(cell)}


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


def everything_due_is_entered(now) -> None:
    """After a tick: colours and lateness are those of the rules at ``now``, and nothing is left to do."""
    from django.db import connection

    rows = Rows(connection)
    assert not Timer.objects.filter(due_at__lte=now).exists()
    calendar = derive.calendar_of(rows)
    table = tables(connection.vendor)["item"]

    for item in (row for page in scan(connection, table) for row in page):
        found = colour(derive.clocked(item), derive.procedure_of(rows, item), calendar, now)
        assert (item["colour"], item["rule"]) == (found.name, found.rule), f"item {item['id']} at {now}"
        late = item["due_at"] is not None and item["due_at"] <= now
        ended = item["state"] in {"closed", "merged", "cancelled", "suspended"}
        assert item["overdue"] == (late and not ended), f"item {item['id']} at {now}"
