"""The index behind the signs of false closure: texts and photographs, taken from the entries in their order.

It is a cache: made from entries and evidence alone, extended by whoever comes first, and never read by anything but the signs.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from django.db import transaction

from bihuan.ledger.blobs import read
from bihuan.ledger.facts import Fact, fact_of
from bihuan.models import Entry, SignBand, SignMark, SignPhoto, SignPosition, SignText
from bihuan.rules import events as ev
from bihuan.rules import likeness, pictures

if TYPE_CHECKING:
    from PIL.Image import Image

#: Entries looked through in one transaction.
BATCH = 2_000
#: Marks kept of one text, the smallest ones: of two texts that are alike they are alike too, and no text is too long.
MARKS = 40
_BASE = 256
_KINDS = ("item.registered", "item.progressed", "item.submitted", "item.amended", "item.attached")


def reached(using: str = "default") -> int:
    """Return the seq up to which the index holds every entry."""
    row = SignPosition.objects.using(using).filter(pk=1).first()
    return row.seq if row else 0


def extend(
    *,
    using: str = "default",
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Take in what was entered since, batch by batch, until nothing is left or ``stop`` says so; returns the seq reached."""
    SignPosition.objects.using(using).get_or_create(pk=1, defaults={"seq": 0})
    while not stop():
        seq, more = _extend(using)
        if progress:
            progress(seq)
        if not more:
            break
    return reached(using)


def empty(using: str = "default") -> None:
    """Forget everything; ``extend`` makes it anew."""
    with transaction.atomic(using=using):
        for model in (SignMark, SignText, SignBand, SignPhoto, SignPosition):
            model.objects.using(using).all().delete()


def _extend(using: str) -> tuple[int, bool]:
    """Take in one batch; returns the seq reached, and whether there is more.

    Photographs are decoded before the transaction: on SQLite nobody else could write meanwhile.
    """
    start = reached(using)
    last = Entry.objects.using(using).order_by("-seq").values_list("seq", flat=True).first() or 0
    upto = min(start + BATCH, last)
    found = Entry.objects.using(using).filter(kind__in=_KINDS, seq__gt=start, seq__lte=upto).order_by("seq")
    facts = [fact_of(body) for body in found.values_list("body", flat=True)]
    photos = _new_photos(facts, using)
    with transaction.atomic(using=using):
        position = SignPosition.objects.using(using).select_for_update().get(pk=1)
        if position.seq != start:  # another process took this batch in
            return position.seq, True
        _add_texts(facts, using)
        _add_photos(photos, using)
        position.seq = upto
        position.save(using=using)
    return upto, upto < last


def _add_texts(facts: Iterable[Fact], using: str) -> None:
    texts = [(f, text) for f in facts if likeness.is_telling(text := text_of(f))]
    SignText.objects.using(using).bulk_create(
        SignText(seq=f.seq, item_id=f.item or f.seq, digest=likeness.hashed(likeness.plain(text)), text=text)
        for f, text in texts
    )
    SignMark.objects.using(using).bulk_create(
        SignMark(mark=mark, seq=f.seq) for f, text in texts for mark in marks_of(text)
    )


def text_of(fact: Fact) -> str:
    """Return what an entry says of the progress of its item: a report with what it says of measures, an application; "" if nothing."""
    event = fact.event
    if isinstance(event, ev.ItemProgressed):
        return "\n".join([event.text, *(m.get("progress", "") for m in (event.measures or {}).values())])
    if isinstance(event, ev.ItemSubmitted):
        return event.text
    if isinstance(event, ev.ItemRegistered):
        return event.progress
    changed = event.changes.get("progress") if isinstance(event, ev.ItemAmended) else None
    return str(changed[1]) if changed else ""


def marks_of(text: str) -> list[int]:
    """Return the marks by which ``text`` is found, at most ``MARKS``."""
    return sorted(likeness.marks(text))[:MARKS]


def _new_photos(facts: Iterable[Fact], using: str) -> dict[str, list[int]]:
    """Return the hashes of the photographs among ``facts`` that the index has not got yet, by digest."""
    attached = [f.event for f in facts if isinstance(f.event, ev.ItemAttached)]
    digests = {e.digest for e in attached if e.media.startswith("image/")}
    known = SignPhoto.objects.using(using).filter(pk__in=digests).values_list("digest", flat=True)
    return {digest: photo_hashes(digest) for digest in sorted(digests - set(known))}


def _add_photos(photos: dict[str, list[int]], using: str) -> None:
    SignPhoto.objects.using(using).bulk_create(
        SignPhoto(digest=digest, hashes=[f"{h:016x}" for h in hashes]) for digest, hashes in photos.items()
    )
    SignBand.objects.using(using).bulk_create(
        SignBand(band=band, digest=digest)
        for digest, hashes in photos.items()
        for band in sorted(pictures.bands(hashes))
    )


def photo_hashes(digest: str) -> list[int]:
    """Return the perceptual hashes of a stored picture and its crops; none where it is missing, damaged, huge or blank."""
    try:
        grey = _grey(b"".join(read(digest)))
    except (
        Exception
    ):  # missing in the storage, or damaged: a decoder of Pillow raises whatever it stumbles over
        return []
    if pictures.is_blank(_square(grey, pictures.CROPS[0])):
        return []
    return [pictures.perceptual(_square(grey, crop)) for crop in pictures.CROPS]


def _grey(content: bytes) -> Image:
    """Decode a picture, the right way up, as a small grey square. Raises for one of too many pixels, too."""
    from PIL import Image, ImageOps  # a command that shows no picture starts without it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(BytesIO(content)) as image:
            image.draft("L", (2 * _BASE, 2 * _BASE))
            upright = ImageOps.exif_transpose(image)
            return upright.convert("L").resize((_BASE, _BASE), Image.Resampling.BOX)


def _square(grey: Image, crop: tuple[int, int, int, int]) -> list[int]:
    from PIL import Image

    left, top, right, bottom = (round(_BASE * part / 100) for part in crop)
    part = grey.crop((left, top, _BASE - right, _BASE - bottom))
    return list(part.resize((pictures.SIDE, pictures.SIDE), Image.Resampling.BOX).tobytes())
