"""Random samples: commit the population, the sizes and the seed; then draw."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bihuan.actions.look_back import check_period, choose, share_of
from bihuan.actions.register import register_row
from bihuan.actions.step import unit_row
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.tables import Row
from bihuan.models import Entry, Item, Sample, Unit
from bihuan.rules import events as ev
from bihuan.rules import sampling
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role

#: By what a population may be divided, and what it is called.
STRATIFY = {"": "不分层", "unit": "按责任单位", "class": "按类别"}
SEED_LENGTH = 200


@dataclass(frozen=True)
class Population:
    """Which members there are: the items of ``register`` (with ``closed_from`` and ``closed_to``, inclusive: those closed on
    these days and closed still), or the active units directly below the unit ``below``. Exactly one of the two is given.
    ``stratify`` is a key of ``STRATIFY``; units are not divided. ``look_back``: what is drawn is to be looked at again, by ``due``
    (default: when the procedure's first look-back falls due, but not before ``look_back.LEAST`` has passed).
    """

    register: int = 0
    below: int = 0
    closed_from: date | None = None
    closed_to: date | None = None
    stratify: str = ""
    look_back: bool = False
    due: date | None = None

    def criteria(self) -> ev.Json:
        """Return what the entry says about the choice."""
        given = {
            "register": self.register,
            "below": self.below,
            "stratify": self.stratify,
            "look_back": self.look_back,
        }
        days = {"closed_from": self.closed_from, "closed_to": self.closed_to, "due": self.due}
        return {k: v for k, v in given.items() if v} | {k: v.isoformat() for k, v in days.items() if v}


@dataclass(frozen=True)
class Sampled:
    """A sample: its id, how many there were, how many are drawn, and the seq of the last entry."""

    sample: int
    population: int
    size: int
    seq: int


def commit_sample(
    actor: Actor,
    now: datetime,
    population: Population,
    purpose: str,
    *,
    size: int = 0,
    each: int = 0,
    sizes: Mapping[str, int] | None = None,
    share: int = 0,
    seed: str = "",
    using: str = "default",
) -> Sampled:
    """Enter what will be drawn from; ``size``, ``each``, ``sizes`` and ``share`` as in ``sampling.plan``.

    Without ``seed`` one is made; a look-back takes the share that the procedure says where nothing else is asked for.

    Raises NotAllowed, NotFound, Needs or Invalid.
    """
    _check(population, purpose, seed)
    if population.look_back:
        today = now.astimezone(CHINA).date()
        check_period(population.register, population.closed_from, population.closed_to, population.due, today)
    with writing(now, using) as ledger:
        ledger.lock()
        office = _office(ledger, population)
        demand_sampler(actor, office)
        members = _items(ledger, population, using) if population.register else _units(population, using)
        if population.look_back and not (size or each or sizes or share):
            share = share_of(ledger, register_row(ledger, population.register))
        strata = sampling.plan(members, size=size, each=each, sizes=sizes, share=share)
        event = ev.SampleCommitted(
            purpose=purpose.strip(), of="item" if population.register else "unit", office=office["id"],
            strata=[s.to_data() for s in strata], digest=sampling.digest(strata),
            seed=seed.strip() or secrets.token_hex(16), criteria=population.criteria(),
        )  # fmt: skip
        made = ledger.append(event, actor)
        return Sampled(made, len(members), sum(s.size for s in strata), made)


def _check(population: Population, purpose: str, seed: str) -> None:
    if not purpose.strip():
        raise Needs("抽样还缺：用途。")
    if bool(population.register) == bool(population.below):
        raise Invalid("总体须且只须写一种：某清单的事项，或某单位的下级单位。")
    if population.stratify not in STRATIFY or (population.below and population.stratify):
        raise Invalid("分层方式不对。", hint="事项可按责任单位（unit）或类别（class）分层；单位不分层。")
    if population.below and (population.closed_from or population.closed_to):
        raise Invalid("销号时段只用于抽取事项。")
    if len(seed.strip()) > SEED_LENGTH:
        raise Invalid(f"种子最多 {SEED_LENGTH} 字。")


def _office(ledger: Ledger, population: Population) -> Row:
    if population.below:
        return unit_row(ledger, population.below)
    return ledger.rows.get("unit", register_row(ledger, population.register)["unit_id"])


def demand_sampler(actor: Actor, office: Row) -> None:
    """Raise NotAllowed unless ``actor`` may sample for the unit ``office``."""
    if not actor.holds(DUTIES[Duty.SAMPLE], office["path"]):
        names = "、".join(ROLE_NAMES[r] for r in Role if r in DUTIES[Duty.SAMPLE])
        raise NotAllowed(f"抽样须由“{office['name']}”的{names}办理。")


def _items(ledger: Ledger, population: Population, using: str) -> list[tuple[int, str]]:
    items = Item.objects.using(using).filter(register_id=population.register).order_by("id")
    if population.closed_from:
        items = items.filter(state="closed", closed_at__gte=_midnight(population.closed_from))
    if population.closed_to:
        after = population.closed_to + timedelta(days=1)
        items = items.filter(state="closed", closed_at__lt=_midnight(after))
    rows = list(items.values_list("id", "owner_id", "klass"))
    if population.stratify == "unit":
        return [(i, ledger.rows.get("unit", o)["name"] if o else "（未交办）") for i, o, _ in rows]
    if population.stratify == "class":
        return [(i, klass or "（未分类）") for i, _, klass in rows]
    return [(i, sampling.WHOLE) for i, _, _ in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CHINA)


def _units(population: Population, using: str) -> list[tuple[int, str]]:
    units = Unit.objects.using(using).filter(parent_id=population.below, active=True).order_by("id")
    return [(pk, sampling.WHOLE) for pk in units.values_list("id", flat=True)]


def draw_sample(sample: int, actor: Actor, now: datetime, *, using: str = "default") -> Sampled:
    """Draw what was committed under the id ``sample``; once. Raises NotFound, NotAllowed or WrongState.

    What is drawn for a look-back gets its task in the same transaction.
    """
    with writing(now, using) as ledger:
        ledger.hold(_drawn_items(sample, using))
        ledger.lock()
        row = ledger.rows.find("sample", sample)
        if row is None:
            raise NotFound(f"没有编号为 {sample} 的抽样。")
        demand_sampler(actor, ledger.rows.get("unit", row["office_id"]))
        if row["drawn"]:
            raise WrongState("这次抽样已经抽过，不能重抽。", hint="可用 bihuan sample verify 复核。")
        strata = [sampling.Stratum.from_data(s) for s in row["strata"]]
        chosen, commitment = _draw(row["strata"], row["seed"], sample, using)
        event = ev.SampleDrawn(sample=sample, commitment=commitment, chosen=[c.to_data() for c in chosen])
        seq = ledger.append(event, actor)
        if row["criteria"].get("look_back"):
            choose(ledger, sample, (i for c in chosen for i in c.ids), row["criteria"].get("due", ""), actor)
        return Sampled(sample, sum(len(s.ids) for s in strata), sum(len(c.ids) for c in chosen), seq)


def _draw(
    strata: Sequence[ev.Json], seed: str, sample: int, using: str
) -> tuple[tuple[sampling.Drawn, ...], str]:
    """Return what is drawn, and the hash of the commitment (hex)."""
    commitment = bytes(Entry.objects.using(using).get(pk=sample).hash).hex()
    return sampling.draw([sampling.Stratum.from_data(s) for s in strata], seed, commitment), commitment


def _drawn_items(sample: int, using: str) -> list[int]:
    """Return the items that the draw will give a task; they must be held before the end of the chain is locked."""
    row = Sample.objects.using(using).filter(pk=sample).first()
    if row is None or row.drawn or not row.criteria.get("look_back"):
        return []
    return [i for c in _draw(row.strata, row.seed, sample, using)[0] for i in c.ids]
