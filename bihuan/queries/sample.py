"""Random samples: what was drawn, and whether the draw can be repeated from the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.ledger.facts import fact_of
from bihuan.models import Entry, Item, Sample, Unit
from bihuan.rules import sampling
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.events import SampleCommitted, SampleDrawn
from bihuan.rules.permissions import DUTIES, Actor, Duty
from bihuan.rules.sampling import Difference, Drawn, Stratum


@dataclass(frozen=True)
class Replay:
    """A draw repeated from the entries: ``differences`` is empty if it holds."""

    sample: int
    commitment: str
    seed: str
    expected: tuple[Drawn, ...]
    differences: list[Difference]


def find_sample(sample: int, actor: Actor, using: str = "default") -> Sample:
    """Return a sample. Raises NotFound, or NotAllowed when it belongs to others."""
    found = Sample.objects.using(using).filter(pk=sample).first()
    if found is None:
        raise NotFound(f"没有编号为 {sample} 的抽样。")
    if not _may_see(found, actor, using):
        raise NotAllowed("这次抽样不属于您的单位。")
    return found


def _may_see(sample: Sample, actor: Actor, using: str) -> bool:
    path = Unit.objects.using(using).get(pk=sample.office_id).path
    return actor.holds(DUTIES[Duty.READ], path)


def samples(actor: Actor, using: str = "default") -> list[Sample]:
    """Return the samples that ``actor`` may see, newest first; those never drawn too, so that nobody draws until it suits."""
    return [s for s in Sample.objects.using(using).order_by("-id") if _may_see(s, actor, using)]


def labels(sample: Sample, using: str = "default") -> dict[int, str]:
    """Return what the members that were drawn are called: an item's number and title, or a unit's name."""
    ids = [i for part in sample.chosen for i in part["ids"]]
    if sample.of == "unit":
        return dict(Unit.objects.using(using).filter(pk__in=ids).values_list("id", "name"))
    rows = Item.objects.using(using).filter(pk__in=ids).values_list("id", "number", "title")
    return {pk: f"{number} {title}" for pk, number, title in rows}


def replay(sample: Sample, using: str = "default") -> Replay:
    """Repeat the draw from the entries alone and tell what differs. Raises NotFound when it was not drawn yet."""
    if not sample.drawn:
        raise NotFound("这次抽样还没有抽取。", hint="请先运行 bihuan sample draw。")
    entries = Entry.objects.using(using).in_bulk([sample.pk, sample.drawn])
    committed, drawn = (fact_of(entries[seq].body).event for seq in (sample.pk, sample.drawn))
    assert isinstance(committed, SampleCommitted)
    assert isinstance(drawn, SampleDrawn)
    commitment = bytes(entries[sample.pk].hash).hex()
    strata = [Stratum.from_data(s) for s in committed.strata]
    expected = sampling.draw(strata, committed.seed, commitment)
    found = sampling.compare(expected, [Drawn.from_data(c) for c in drawn.chosen])
    if sampling.digest(strata) != committed.digest:
        found.insert(0, Difference("", "总体的摘要与名单不符"))
    if drawn.commitment != commitment:
        found.insert(0, Difference("", "抽取时引用的承诺哈希与留痕不符"))
    if sample.chosen != drawn.chosen:
        found.append(Difference("", "数据表与留痕不一致，请运行 bihuan rebuild"))
    return Replay(sample.pk, commitment, committed.seed, expected, found)
