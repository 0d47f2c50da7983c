"""Signs of false closure: hints where to look, each with its evidence. Never a verdict, never a score, never about people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Max, Q, QuerySet

from bihuan.ledger.facts import Fact, fact_of
from bihuan.ledger.reading import facts_of_all
from bihuan.models import Dismissal, Entry, Evidence, Item, Measure, Unit
from bihuan.queries.items import may_see
from bihuan.queries.people import unit_paths, visible_units
from bihuan.queries.sign_copies import Copy, copied_text, entry_hashes, reused_photo, titles
from bihuan.queries.sign_index import text_of
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA, day_end, day_start
from bihuan.rules.errors import Invalid
from bihuan.rules.likeness import hashed
from bihuan.rules.permissions import DUTIES, Actor, Duty
from bihuan.rules.signs import BULK, BULK_DAYS, SIGN_NAMES, is_just_before
from bihuan.rules.workflow import State

#: Where a closure is being asked for, or stands.
LOOKED_AT = (State.REVIEWING, State.PASSED, State.CLOSED)
#: So many items are looked at together.
_AT_ONCE = 200
#: Proofs listed for one sign; how many there are in all is told.
PROOFS = 10


@dataclass(frozen=True)
class Proof:
    """One piece of evidence: the entry ``seq`` (``hash`` in hex) of an item; ``item`` 0 and no ``number`` where the reader may not see it."""

    item: int
    number: str
    title: str
    seq: int
    hash: str
    note: str = ""


@dataclass(frozen=True)
class Sign:
    """A hint: its kind (a key of ``SIGN_NAMES``), ``what`` was seen in words, and its proofs.

    ``key`` tells it from others of its kind on the item; ``dismissed`` is the reason for which somebody set it aside, "" if nobody did.
    """

    item: int
    number: str
    title: str
    unit: int
    sign: str
    name: str
    key: str
    what: str
    proofs: tuple[Proof, ...]
    dismissed: str = ""


@dataclass(frozen=True)
class _Raw:
    """A sign before its proofs are named: each is an item, a seq and a note."""

    sign: str
    key: str
    what: str
    proofs: Sequence[tuple[int, int, str]]


class _Run:
    """One look at some items; what all or several of them need is read once."""

    def __init__(
        self, items: Sequence[Item], closures: dict[tuple[int, date], list[int]], using: str
    ) -> None:
        self.items, self.closures, self.using = items, closures, using

    @cached_property
    def facts(self) -> dict[int, list[Fact]]:
        """The facts of each of the items, in order."""
        return facts_of_all([i.pk for i in self.items], self.using)

    @cached_property
    def measures(self) -> dict[int, list[Measure]]:
        """The measures of each of the items that has any, in order."""
        found: dict[int, list[Measure]] = {}
        rows = Measure.objects.using(self.using).filter(item_id__in=[i.pk for i in self.items])
        for measure in rows.order_by("item_id", "no"):
            found.setdefault(measure.item_id, []).append(measure)
        return found

    @cached_property
    def relapses(self) -> dict[tuple[int, str], list[tuple[int, int]]]:
        """The items of the owners of these that ever relapsed, and how often: by owner and class."""
        found: dict[tuple[int, str], list[tuple[int, int]]] = {}
        owners = {i.owner_id for i in self.items if i.owner_id and i.klass}
        rows = Item.objects.using(self.using).filter(owner_id__in=owners, relapses__gt=0).order_by("id")
        for owner, klass, pk, times in rows.values_list("owner_id", "klass", "id", "relapses"):
            found.setdefault((owner, klass), []).append((pk, times))
        return found


def signs(
    registers: Iterable[int],
    actor: Actor,
    *,
    since: date | None = None,
    kinds: Iterable[str] = (),
    dismissed: bool = False,
    using: str = "default",
) -> list[Sign]:
    """Return the signs on the items of ``registers`` that are in review, or were closed on ``since`` or later; by item.

    Only items of offices for which ``actor`` may look at signs; with ``dismissed`` also what was set aside. Raises Invalid for an
    unknown kind. The index should be extended before (``sign_index.extend``).
    """
    found = _looked_at(registers, actor, since, using)
    return _signs(list(found.order_by("id")), actor, _wanted(kinds), dismissed, using)


@dataclass(frozen=True)
class SignPage:
    """The signs on some of the items, the newest first: how many items were ``looked_at``, and the id to go on ``before`` (0: no more)."""

    signs: list[Sign]
    looked_at: int
    before: int


def sign_page(
    registers: Iterable[int],
    actor: Actor,
    size: int,
    *,
    before: int = 0,
    since: date | None = None,
    kinds: Iterable[str] = (),
    dismissed: bool = False,
    using: str = "default",
) -> SignPage:
    """Return the signs on the ``size`` newest items with an id below ``before`` (0: of all), as ``signs`` does of every item."""
    found = _looked_at(registers, actor, since, using)
    if before:
        found = found.filter(pk__lt=before)
    items = list(found.order_by("-id")[: size + 1])
    shown = items[:size]
    told = _signs(shown, actor, _wanted(kinds), dismissed, using)
    return SignPage(told, len(shown), shown[-1].pk if len(items) > size else 0)


def _wanted(kinds: Iterable[str]) -> tuple[str, ...]:
    wanted = tuple(kinds) or tuple(SIGN_NAMES)
    unknown = [k for k in wanted if k not in SIGN_NAMES]
    if unknown:
        raise Invalid(f"没有“{unknown[0]}”这种迹象。", hint=f"可选：{'、'.join(SIGN_NAMES)}。")
    return wanted


def _looked_at(registers: Iterable[int], actor: Actor, since: date | None, using: str) -> QuerySet[Item]:
    found = Item.objects.using(using).filter(register_id__in=list(registers), state__in=LOOKED_AT)
    if since is not None:
        found = found.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=day_start(since)))
    return found.filter(office_id__in=_offices(actor, using))


def signs_of(item: Item, actor: Actor, *, using: str = "default") -> list[Sign]:
    """Return the signs on one item, those set aside too; none for who may not look at signs."""
    if item.state not in LOOKED_AT or not actor.may(Duty.SIGNS):
        return []
    if not actor.holds(DUTIES[Duty.SIGNS], Unit.objects.using(using).get(pk=item.office_id).path):
        return []
    return _signs([item], actor, tuple(SIGN_NAMES), True, using)


def _offices(actor: Actor, using: str) -> list[int]:
    """The units for which ``actor`` may look at signs."""
    if not actor.may(Duty.SIGNS):
        return []
    return [pk for pk, path in unit_paths(using).items() if actor.holds(DUTIES[Duty.SIGNS], path)]


def _signs(items: list[Item], actor: Actor, kinds: Sequence[str], dismissed: bool, using: str) -> list[Sign]:
    closures: dict[tuple[int, date], list[int]] = {}
    runs = (_Run(items[n : n + _AT_ONCE], closures, using) for n in range(0, len(items), _AT_ONCE))
    raws = [
        (item, raw)
        for run in runs
        for item in run.items
        for kind in SIGN_NAMES
        if kind in kinds
        for raw in _FINDERS[kind](item, run)
    ]
    proofs = {p for _, raw in raws for p in raw.proofs}
    others, hashes = titles({p[0] for p in proofs}, using), entry_hashes({p[1] for p in proofs}, using)
    units = visible_units(actor, using)
    reasons = _reasons([i.pk for i, _ in raws], using)
    found = [
        Sign(
            item.pk, item.number, item.title, item.owner_id, raw.sign, SIGN_NAMES[raw.sign], raw.key, raw.what,
            tuple(_proof(p, others, hashes, units) for p in raw.proofs), reasons.get((item.pk, raw.sign, raw.key), ""),
        )
        for item, raw in raws
    ]  # fmt: skip
    return [s for s in found if dismissed or not s.dismissed]


def _proof(
    proof: tuple[int, int, str], items: dict[int, Item], hashes: dict[int, str], units: frozenset[int] | None
) -> Proof:
    item, seq, note = proof
    row = items[item]
    if not may_see(row, units):
        return Proof(0, "", "（不在您查看范围内的事项）", seq, hashes.get(seq, ""))
    return Proof(item, row.number, row.title, seq, hashes.get(seq, ""), note)


def _reasons(items: list[int], using: str) -> dict[tuple[int, str, str], str]:
    found = Dismissal.objects.using(using).filter(item_id__in=items).order_by("id")
    return {(d.item_id, d.sign, d.key): d.reason for d in found}


def _copied(item: Item, run: _Run) -> Iterator[_Raw]:
    for fact in this_life(run.facts[item.pk]):
        found = copied_text(fact, text_of(fact), item.pk, run.using)
        if found:
            yield _raw("copied", found, _copied_words(found))


def this_life(facts: list[Fact]) -> list[Fact]:
    """Return the entries after the last reopening."""
    opened = [n for n, f in enumerate(facts) if isinstance(f.event, ev.ItemReopened)]
    return facts[opened[-1] + 1 if opened else 0 :]


def _raw(sign: str, found: Copy, what: str) -> _Raw:
    proofs = [(e.item, e.seq, f"{e.percent}%" if sign == "copied" else "") for e in found.earlier]
    return _Raw(sign, f"{found.seq}-{found.earlier[0].seq}", what, proofs)


def _copied_words(found: Copy) -> str:
    more = (
        f"（共 {found.total} 处，列出 {len(found.earlier)} 处）" if found.total > len(found.earlier) else ""
    )
    if found.exact:
        return f"留痕 #{found.seq} 的文字与其他事项先前的文字相同{more}。"
    return f"留痕 #{found.seq} 的文字有 {found.earlier[0].percent}% 见于其他事项先前的文字{more}。"


def _photos(item: Item, run: _Run) -> Iterator[_Raw]:
    if not item.evidence:
        return
    photos = Evidence.objects.using(run.using).filter(
        item_id=item.pk, life=item.reopens, media__startswith="image/"
    )
    for photo in photos.order_by("id"):
        found = reused_photo(photo, run.using)
        if found:
            how = "是同一文件" if found.exact else "画面相同（压缩、缩放或裁剪过）"
            more = f"，共 {found.total} 处" if found.total > len(found.earlier) else ""
            yield _raw("photo", found, f"照片“{photo.name}”与先前上传的照片{how}{more}。")


def _bulk(item: Item, run: _Run) -> Iterator[_Raw]:
    if item.closed_at is None or not item.owner_id:
        return
    day = item.closed_at.astimezone(CHINA).date()
    if not is_just_before(day, item.due):
        return
    together = _closed_with(item.owner_id, day, run)
    if len(together) >= BULK:
        others = [pk for pk in together if pk != item.pk][:PROOFS]
        seqs = _last_seqs("item.closed", others, run.using)
        what = f"责任单位 {day} 一天有 {len(together)} 个事项在时限前 {BULK_DAYS} 天内销号{_listed(len(together) - 1)}。"
        proofs = [(pk, seqs.get(pk, pk), "") for pk in others]  # one that came in closed has its registration
        yield _Raw("bulk", f"{item.owner_id}-{day}", what, proofs)


def _listed(count: int) -> str:
    """Say that not all are listed as proofs."""
    return f"（列出其中 {PROOFS} 个）" if count > PROOFS else ""


def _closed_with(unit: int, day: date, run: _Run) -> list[int]:
    """Return the items of ``unit`` closed on ``day`` just before their deadlines; read once for a run."""
    if (unit, day) not in run.closures:
        found = Item.objects.using(run.using).filter(owner_id=unit, state=State.CLOSED)
        found = found.filter(closed_at__gte=day_start(day), closed_at__lt=day_end(day)).order_by("id")
        run.closures[unit, day] = [
            pk for pk, due in found.values_list("id", "due") if is_just_before(day, due)
        ]
    return run.closures[unit, day]


def _last_seqs(kind: str, items: list[int], using: str) -> dict[int, int]:
    """Return the seq of the last entry of ``kind`` of each of ``items`` that has one."""
    found = Entry.objects.using(using).filter(kind=kind, item_id__in=items)
    return dict(found.values_list("item_id").annotate(Max("seq")).order_by())


def _waived(item: Item, run: _Run) -> Iterator[_Raw]:
    measures = run.measures.get(item.pk, [])
    if not measures or any(m.state != "waived" for m in measures):
        return
    facts = this_life(run.facts[item.pk])
    seqs = [f.seq for f in facts if isinstance(f.event, ev.ItemProgressed) and f.event.measures]
    reasons = "；".join(dict.fromkeys(m.reason for m in measures if m.reason))
    proofs = [(item.pk, seq, reasons) for seq in seqs[-1:]]
    yield _Raw("waived", str(item.reopens), f"{len(measures)} 条措施全部免办，没有一条完成。", proofs)


def _relapsed(item: Item, run: _Run) -> Iterator[_Raw]:
    if not (item.owner_id and item.klass):
        return
    found = run.relapses.get((item.owner_id, item.klass), [])
    if not found:
        return
    seqs = _relapse_seqs([pk for pk, _ in found[:PROOFS]], run.using)
    proofs = [(pk, seqs[pk], f"回潮 {times} 次") for pk, times in found[:PROOFS]]
    key = f"{hashed(','.join(f'{pk}:{times}' for pk, times in found)):x}"
    what = f"同一单位“{item.klass}”类事项有 {len(found)} 个曾在回头看时发现回潮{_listed(len(found))}。"
    yield _Raw("relapse", key, what, proofs)


def _relapse_seqs(items: list[int], using: str) -> dict[int, int]:
    """Return the seq of the last look-back of each of ``items`` that found a relapse."""
    entries = Entry.objects.using(using).filter(kind="item.looked_back", item_id__in=items).order_by("seq")
    facts = map(fact_of, entries.values_list("body", flat=True))
    return {f.item: f.seq for f in facts if isinstance(f.event, ev.ItemLookedBack) and not f.event.held}


_FINDERS: dict[str, Callable[[Item, _Run], Iterator[_Raw]]] = {
    "copied": _copied,
    "photo": _photos,
    "bulk": _bulk,
    "waived": _waived,
    "relapse": _relapsed,
}
