"""The manifest: what a report file claims, carried inside it, so that a stranger can recompute every figure.

Canonical JSON (RFC 8785) of the object below. In a docx it is the text of a custom XML part, in an xlsx it fills the hidden
sheet “校验清单”. ``digest`` is the SHA-256 of the canonical text without it: it shows careless changes; deliberate ones show
when the figures are recomputed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan import __version__
from bihuan.reports.context import FigureValue, LedgerPosition, StageContext
from bihuan.rules.chain import canonical, digest_text
from bihuan.rules.errors import Invalid

NAMESPACE = "urn:bihuan:manifest:1"
FORMAT = 1
_HASH = "sha256"


class ManifestUnreadable(Invalid):
    """文件里的校验清单读不出来。"""

    code = "manifest-unreadable"


@dataclass(frozen=True)
class Use:
    """A place that prints a figure: ``id`` counts from 1 in the order of the file, ``place`` is for a person."""

    id: int
    ref: str
    place: str


@dataclass(frozen=True)
class Manifest:
    """What a report claims. ``text`` remembers each paragraph or row, with slots for the figures (see ``reading``).

    ``tables`` has one number for each text: the table it belongs to, 0 for a paragraph.
    """

    version: str
    campaign: str
    title: str
    as_of: datetime
    position: LedgerPosition
    figures: Mapping[str, FigureValue]
    uses: tuple[Use, ...]
    text: tuple[str, ...]
    tables: tuple[int, ...]
    intact: bool = True

    @property
    def refs(self) -> list[str]:
        """The refs of the figures to recompute, without those of the ledger's position."""
        return [ref for ref in self.figures if not ref.startswith("ledger.")]


def make(ctx: StageContext, uses: Iterable[Use], text: Iterable[tuple[str, int]]) -> Manifest:
    """The manifest of a file that prints ``uses`` and says ``text`` (each with its table's number)."""
    listed = tuple(uses)
    said = tuple(text)
    return Manifest(
        version=__version__,
        campaign=ctx.campaign,
        title=ctx.title,
        as_of=ctx.as_of,
        position=ctx.position,
        figures={ref: ctx.figure(ref) for ref in sorted({use.ref for use in listed})},
        uses=listed,
        text=tuple(words for words, _ in said),
        tables=tuple(table for _, table in said),
    )


def dumps(manifest: Manifest) -> str:
    """Canonical JSON of ``manifest``."""
    data = _data(manifest)
    return canonical({**data, "digest": digest_text(data, _HASH)})


def loads(text: str) -> Manifest:
    """Read a manifest; ``intact`` is False where its digest does not hold. Raises ``ManifestUnreadable``."""
    try:
        data = json.loads(text)
        digest = data.pop("digest", "")
        return _manifest(data, intact=digest == digest_text(data, _HASH))
    except (ValueError, KeyError, TypeError, AttributeError, Invalid) as error:
        raise ManifestUnreadable(f"文件里的校验清单读不出来（{error}）。") from error


def _data(manifest: Manifest) -> dict[str, Any]:
    return {
        "as_of": manifest.as_of.isoformat(),
        "campaign": manifest.campaign,
        "figures": [_figure(figure) for figure in manifest.figures.values()],
        "format": FORMAT,
        "ledger": _position(manifest.position),
        "tables": list(manifest.tables),
        "text": list(manifest.text),
        "title": manifest.title,
        "uses": [{"id": use.id, "place": use.place, "ref": use.ref} for use in manifest.uses],
        "version": manifest.version,
    }


def _figure(figure: FigureValue) -> dict[str, str]:
    return {
        "definition": figure.definition,
        "label": figure.label,
        "ref": figure.ref,
        "unit": figure.unit,
        "value": figure.value,
    }


def _position(position: LedgerPosition) -> dict[str, Any]:
    return {
        "count": position.count,
        "head": position.head,
        "root": position.root,
        "sealed_at": position.sealed_at.isoformat() if position.sealed_at else None,
        "seq": position.seq,
    }


def _manifest(data: dict[str, Any], *, intact: bool) -> Manifest:
    if data["format"] != FORMAT:
        raise ValueError(f"格式版本 {data['format']}")
    ledger = dict(data["ledger"])
    sealed_at = ledger.pop("sealed_at")
    manifest = Manifest(
        version=str(data["version"]),
        campaign=str(data["campaign"]),
        title=str(data["title"]),
        as_of=datetime.fromisoformat(data["as_of"]),
        position=LedgerPosition(**ledger, sealed_at=datetime.fromisoformat(sealed_at) if sealed_at else None),
        figures={
            figure["ref"]: FigureValue(**{k: str(v) for k, v in figure.items()}) for figure in data["figures"]
        },
        uses=tuple(Use(int(use["id"]), str(use["ref"]), str(use["place"])) for use in data["uses"]),
        text=tuple(map(str, data["text"])),
        tables=tuple(map(int, data["tables"])),
        intact=intact,
    )
    if len(manifest.text) != len(manifest.tables):
        raise ValueError("文字与表号数目不符")
    return manifest
