"""The seal: a signed Merkle root over the entries, written outside the database.

A chain alone cannot show that its newest part was cut off; a seal that somebody else keeps can.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from bihuan.ledger.facts import instant_text
from bihuan.ledger.reading import head, pages
from bihuan.ledger.trips import make_durable
from bihuan.models import Seal
from bihuan.rules import signing
from bihuan.rules.merkle import Merkle

Progress = Callable[[int], None]


def root_of(count: int, *, using: str = "default", progress: Progress | None = None) -> bytes:
    """Return the Merkle root over the first ``count`` entries."""
    tree = Merkle(head(using)[2])
    for page in pages('"hash"', using, upto=count):
        tree.extend([bytes(digest) for _, digest in page])
        if progress:
            progress(tree.count)
    return tree.root()


def seed() -> bytes:
    """Return the private key's seed from the key file; makes the file (readable by its owner alone) when there is none."""
    path = Path(settings.KEY_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(signing.to_pem(os.urandom(signing.SEED_BYTES)))
    return signing.from_pem(path.read_bytes())


def make_seal(now: datetime, *, using: str = "default", progress: Progress | None = None) -> signing.Seal:
    """Seal every entry so far; the line goes to the seal file and, for finding it, into the ``seal`` table.

    Returns the seal that is there when nothing was entered since.
    """
    count, last, name = head(using)
    kept = Seal.objects.using(using).filter(count=count).first()
    if kept is not None:
        return signing.read_seal(kept.text)
    root = root_of(count, using=using, progress=progress)
    make_durable(connections[using])  # the seal must not outlive what it seals
    line = signing.make_seal(seed(), at=instant_text(now), count=count, hash_name=name, head=last, root=root)
    _append_line(Path(settings.SEAL_FILE), line)
    Seal.objects.using(using).get_or_create(
        count=count, defaults={"at": now, "root": root.hex(), "text": line}
    )
    return signing.read_seal(line)


def _append_line(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_seals() -> list[signing.Seal]:
    """Return the seals of the seal file, in order. Raises SealBroken for a line that is not a seal."""
    path = Path(settings.SEAL_FILE)
    if not path.exists():
        return []
    return [signing.read_seal(line) for line in path.read_text("utf-8").splitlines() if line]
