"""What of an item's texts and photographs stood elsewhere before: candidates from the index, each compared in full."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import connections
from django.db.models import Q

from bihuan.ledger.facts import Fact
from bihuan.models import Entry, Evidence, Item, SignBand, SignMark, SignPhoto, SignText
from bihuan.queries.sign_index import marks_of, photo_hashes
from bihuan.rules import likeness, pictures

#: Texts looked at for each mark, the newest; and compared in full, those that share the most marks.
POSTINGS, COMPARED = 200, 10
#: Earlier places named for one sign; how many there are in all is told.
SHOWN = 3
_OF_TITLE = ("id", "number", "title", "owner_id", "office_id", "helpers", "below")


@dataclass(frozen=True)
class Earlier:
    """Where something stood before: the entry ``seq`` of ``item``; ``percent`` of the text stands there."""

    item: int
    seq: int
    percent: int = 100


@dataclass(frozen=True)
class Copy:
    """What ``seq`` of an item has in common with earlier entries: the first ``SHOWN`` of ``total``."""

    seq: int
    name: str
    earlier: tuple[Earlier, ...]
    total: int
    exact: bool = True


def copied_text(fact: Fact, text: str, item: int, using: str) -> Copy | None:
    """Return where the text of an entry of ``item`` stood before in another item, None if nowhere."""
    if not likeness.is_telling(text):
        return None
    found = _same(likeness.hashed(likeness.plain(text)), fact.seq, item, using)
    if found:
        return Copy(fact.seq, "", tuple(Earlier(*place) for *place, _ in found), found[0][-1])
    near = _near(fact.seq, text, item, using)
    return Copy(fact.seq, "", tuple(near[:SHOWN]), len(near), exact=False) if near else None


def _same(digest: int, before: int, item: int, using: str) -> list[tuple[int, int, int]]:
    """Return where the first texts below ``before`` with ``digest`` stand (item, seq), but for ``item``, each with how many there are."""
    with connections[using].cursor() as cursor:
        cursor.execute(_SAME, [digest, before, item])
        return [(int(of), int(seq), int(times)) for of, seq, times in cursor.fetchall()]


#: A page asks for twenty texts.
_SAME = (
    f'SELECT "item_id","seq",COUNT(*) OVER () FROM "{SignText._meta.db_table}" '  # noqa: S608
    f'WHERE "digest"=%s AND "seq"<%s AND "item_id"<>%s ORDER BY "seq" LIMIT {SHOWN}'
)


def _near(seq: int, text: str, item: int, using: str) -> list[Earlier]:
    """Return the earlier texts in which most of ``text`` stands, the most alike first."""
    marks = marks_of(text)
    shared = Counter(_postings(marks, seq, using))
    likely = [s for s, n in shared.most_common() if n >= max(2, len(marks) // 3)]
    others = SignText.objects.using(using).exclude(item_id=item).in_bulk(likely[: COMPARED * 3])
    told = [others[s] for s in likely if s in others][:COMPARED]
    found = [Earlier(t.item_id, t.seq, likeness.share(text, t.text)) for t in told]
    return sorted((e for e in found if e.percent >= likeness.COPIED), key=lambda e: (-e.percent, e.seq))


def _postings(marks: list[int], before: int, using: str) -> list[int]:
    """Return the newest texts below ``before`` of each of ``marks``, mark by mark: one statement, for a text has up to forty."""
    if not marks:
        return []
    one = f'SELECT * FROM (SELECT "seq" FROM "{SignMark._meta.db_table}" WHERE "mark"=%s AND "seq"<%s ORDER BY "seq" DESC LIMIT {POSTINGS}) AS p'  # noqa: S608
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ALL ".join([one] * len(marks)), [v for mark in marks for v in (mark, before)])
        return [int(seq) for (seq,) in cursor.fetchall()]


def reused_photo(photo: Evidence, using: str) -> Copy | None:
    """Return where a photograph was used before: in another item, or for an earlier closure of its own; None if nowhere."""
    same = _before(photo, [photo.digest], using)
    if same:
        return _copy(photo, same, exact=True)
    near = _before(photo, _alike(photo.digest, using), using)
    return _copy(photo, near, exact=False) if near else None


def _copy(photo: Evidence, found: list[Evidence], *, exact: bool) -> Copy:
    earlier = tuple(Earlier(e.item_id, e.pk) for e in found[:SHOWN])
    return Copy(photo.pk, photo.name, earlier, len(found), exact)


def _before(photo: Evidence, digests: list[str], using: str) -> list[Evidence]:
    elsewhere = ~Q(item_id=photo.item_id) | Q(life__lt=photo.life)
    found = Evidence.objects.using(using).filter(elsewhere, digest__in=digests, pk__lt=photo.pk)
    return list(found.order_by("id"))


def _alike(digest: str, using: str) -> list[str]:
    mine = _hashes(digest, using)
    if not mine:
        return []
    keys = sorted(pictures.probes(mine))
    near = SignBand.objects.using(using).filter(band__in=keys).values("digest")
    others = SignPhoto.objects.using(using).filter(pk__in=near).exclude(pk=digest).order_by("digest")
    return [p.digest for p in others if pictures.alike(mine, [int(h, 16) for h in p.hashes])]


def _hashes(digest: str, using: str) -> list[int]:
    known = SignPhoto.objects.using(using).filter(pk=digest).first()
    return photo_hashes(digest) if known is None else [int(h, 16) for h in known.hashes]


def titles(items: set[int], using: str) -> dict[int, Item]:
    """Return these items by id, with what says how they are called and who may see them."""
    return Item.objects.using(using).only(*_OF_TITLE).in_bulk(items)


def entry_hashes(seqs: set[int], using: str) -> dict[int, str]:
    """Return the hashes (hex) under which these entries stand."""
    entries = Entry.objects.using(using).only("hash").in_bulk(seqs)
    return {seq: bytes(entry.hash).hex() for seq, entry in entries.items()}
