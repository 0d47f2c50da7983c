"""The colour of an item, told rule by rule from the definitions at one moment; and items to try it on."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st
from procedure_texts import SMALL

from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import CHINA, Clocked
from bihuan.rules.procedure import load
from bihuan.rules.procedure_types import WORST_FIRST

CALENDAR = Calendar.builtin()
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
CYCLES = ("day", "week", "month", "quarter", "half-year", "year")


def procedure(*rules, scheme="green-yellow-red", more=""):
    """A small procedure with these colour rules (inline tables)."""
    text = SMALL.replace("green-yellow-red", scheme).replace('{ kind = "overdue" }', ", ".join(rules))
    return load(more + text, "test")


PROCEDURES = (
    procedure('{ kind = "overdue" }'),
    procedure('{ kind = "near", within = "7 days" }', '{ kind = "overdue" }', '{ kind = "check-in" }'),
    procedure(
        '{ kind = "overdue" }',
        '{ kind = "near", within = "5 workdays", share = 30 }',
        '{ kind = "behind", points = 20 }',
        '{ kind = "stale", after = "30 days" }',
        '{ kind = "check-in", colour = "red" }',
        scheme="blue-orange-red",
    ),
    procedure(
        '{ kind = "stale", after = "9 workdays" }',
        '{ kind = "poor" }',
        '{ kind = "poor", after = "4 workdays", colour = "yellow", name = "久不改" }',
        '{ kind = "milestone", colour = "yellow" }',
        '{ kind = "behind", points = 1 }',
        '{ kind = "behind", points = 35, colour = "red", name = "严重滞后" }',
        '{ kind = "near", within = "36 hours", colour = "yellow" }',
        '{ kind = "overdue" }',
        '{ kind = "check-in" }',
        scheme="green-blue-yellow-red",
        more='quantity = { unit = "户", milestones = true }\n',
    ),
)

instants = st.datetimes(datetime(2025, 1, 1), datetime(2026, 6, 30)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
STATES = (
    *("registered", "approved", "assigned", "returned", "working", "working", "working", "reviewing"),
    *("passed", "closed", "suspended", "merged", "cancelled"),
)


@st.composite
def items(draw):
    """Anything the ledger could hold, and some of what it could not."""
    maybe = st.none() | instants
    target = draw(st.none() | st.integers(0, 1300))
    return Clocked(
        state=draw(st.sampled_from(STATES)),
        due=draw(st.none() | days | days),
        ongoing=draw(st.sampled_from([False, False, True])),
        cycle=draw(st.sampled_from([None, *CYCLES, "fortnight"])),
        percent=draw(st.integers(0, 100)),
        registered_at=draw(instants),
        assigned_at=draw(maybe),
        accepted_at=draw(maybe),
        planned_at=draw(maybe),
        submitted_at=draw(maybe),
        closed_at=draw(maybe),
        progressed_at=draw(maybe),
        resumed_at=draw(st.none() | st.none() | instants),
        faulted_at=draw(st.none() | instants),
        milestones=tuple(draw(st.lists(st.tuples(days, st.integers(0, 1300)), max_size=3))),
        amount_done=draw(st.integers(0, 1400)),
        target_amount=target,
    )


def today(now):
    return now.astimezone(CHINA).date()


def end_of(day):
    """The end of a day in China: 16:00 UTC."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


def begun(item):
    start = item.assigned_at or item.registered_at
    return max(start, item.resumed_at) if item.resumed_at else start


def moved(item):
    return max(at for at in (begun(item), item.accepted_at, item.progressed_at) if at)


def dated(item):
    return item.due is not None and not (item.ongoing and item.percent >= 100)


def overdue(item, _rule, _procedure, now):
    return dated(item) and today(now) > item.due


def near(item, rule, _procedure, now):
    if not dated(item):
        return False
    left = end_of(item.due) - now
    allowed = end_of(item.due) - begun(item)
    if allowed > timedelta(0) and 100 * left > rule.share * allowed:
        return False
    match rule.span.unit:
        case "hour":
            return left <= timedelta(hours=rule.span.count)
        case "day":
            return (item.due - today(now)).days <= rule.span.count
        case _:
            return CALENDAR.workdays_between(today(now), item.due) <= rule.span.count


def expected(item, whole, now):
    """The share of the whole that should be done by now, and nothing before the work began."""
    points = [(begun(item), 0)]
    for day, amount in sorted(item.milestones):
        if end_of(day) > begun(item) and not (dated(item) and end_of(day) >= end_of(item.due)):
            points.append((end_of(day), max(amount, points[-1][1])))
    if dated(item) and end_of(item.due) > points[-1][0]:
        points.append((end_of(item.due), max(whole, points[-1][1])))
    best = Fraction(0)
    for (start, low), (end, high) in pairwise(points):
        if now >= end:
            best = max(best, Fraction(high))
        elif now > start:
            passed = Fraction((now - start) // MICROSECOND, (end - start) // MICROSECOND)
            best = max(best, low + passed * (high - low))
    return best


def behind(item, rule, _procedure, now):
    if item.state not in ("assigned", "working"):
        return False
    if item.target_amount is not None:
        whole, done = item.target_amount, item.amount_done
    elif item.milestones:
        whole, done = max(amount for _, amount in item.milestones), item.amount_done
    else:
        whole, done = 100, item.percent
    if whole <= 0 or done >= whole:
        return False
    return expected(item, whole, now) - done >= Fraction(rule.points * whole, 100)


def milestone(item, _rule, _procedure, now):
    if item.state not in ("assigned", "working"):
        return False
    return any(day < today(now) and amount > item.amount_done for day, amount in item.milestones)


def stale(item, rule, _procedure, now):
    if item.state not in ("assigned", "working") or (item.ongoing and not dated(item)):
        return False
    if rule.span.unit == "day":
        return (today(now) - today(moved(item))).days > rule.span.count
    return CALENDAR.workdays_between(today(moved(item)), today(now) - DAY) >= rule.span.count


def period_of(cycle, day):
    """What names the period: days with the same name lie in the same one."""
    match cycle:
        case "day":
            return day
        case "week":
            return day.isocalendar()[:2]
        case "month":
            return day.year, day.month
        case "quarter":
            return day.year, (day.month - 1) // 3
        case "half-year":
            return day.year, day.month > 6
        case _:
            return day.year


def last_of(cycle, day):
    while period_of(cycle, day + DAY) == period_of(cycle, day):
        day += DAY
    return day


def first_of(cycle, day):
    while period_of(cycle, day - DAY) == period_of(cycle, day):
        day -= DAY
    return day


def check_in_day(item, procedure):
    cycle = item.cycle if item.cycle in CYCLES else procedure.deadlines.cycle
    day = today(moved(item))
    last = last_of(cycle, day)
    if item.progressed_at == moved(item) or day - first_of(cycle, day) > last - day:
        last = last_of(cycle, last + DAY)
    while not CALENDAR.is_workday(last):
        last += DAY
    return last


def check_in(item, _rule, procedure, now):
    return item.ongoing and item.state == "working" and today(now) > check_in_day(item, procedure)


def poor(item, rule, _procedure, now):
    if item.state not in ("assigned", "working") or item.faulted_at is None:
        return False
    if rule.span is None:
        return now >= item.faulted_at
    return CALENDAR.workdays_between(today(item.faulted_at), today(now) - DAY) >= rule.span.count


RULES = {
    "overdue": overdue,
    "near": near,
    "behind": behind,
    "milestone": milestone,
    "stale": stale,
    "check-in": check_in,
    "poor": poor,
}


def colour_of(item, procedure, now):
    """The name of the colour and the kind of its rule."""
    if item.state in ("closed", "merged", "cancelled", "suspended"):
        return "none", ""
    held = [rule for rule in procedure.colours.rules if RULES[rule.kind](item, rule, procedure, now)]
    for name in WORST_FIRST:
        for rule in held:
            if rule.colour == name:
                return name, rule.kind
    return procedure.colours.normal, ""
