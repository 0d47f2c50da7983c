"""A report file against this ledger: every figure recomputed as of its instant and ledger position."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from bihuan.ledger.reading import entry_hash_at
from bihuan.ledger.scan import scanned
from bihuan.ledger.seal import root_of
from bihuan.models import Campaign, Seal
from bihuan.queries.counts import figures, registers_of
from bihuan.queries.scope import Scope
from bihuan.reports.context import LedgerPosition
from bihuan.reports.manifest import Manifest
from bihuan.reports.stage import figure_value
from bihuan.reports.verdict import Recomputed, Verdict
from bihuan.reports.verify import verify_report
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, NotAllowed
from bihuan.rules.figures import Ref


def verify_against_ledger(source: Path | str | bytes | BinaryIO, *, using: str = "default") -> Verdict:
    """Return what of the report in ``source`` does not hold. Raises ``NotAReport`` for another kind of file."""
    return verify_report(source, lambda manifest: _recompute(manifest, using))


def verify_for(who: Scope, upload: UploadedFile[bytes] | None) -> Verdict:
    """Return what of an uploaded report does not hold.

    Raises Invalid for no file or a huge one, ``NotAReport``, or NotAllowed for a report of a campaign that ``who`` does not see as a
    whole: its figures stay closed.
    """
    most = settings.IMPORT_MAX_BYTES
    if upload is None or not upload.size or upload.size > most:
        raise Invalid(
            "没有收到报告文件，或文件过大。", hint=f"请选择 docx 或 xlsx 报告，不超过 {most // 1024**2} MB。"
        )
    scanned(upload)
    content, names = upload.read(), {c.name for c in who.whole}

    def known(manifest: Manifest) -> Recomputed:
        if manifest.campaign not in names:
            raise NotAllowed(f"报告属于“{manifest.campaign}”，您不能核对它的数据。")
        return Recomputed({}, None)

    verify_report(content, known)
    return verify_against_ledger(content)


def _recompute(manifest: Manifest, using: str) -> Recomputed:
    campaign = Campaign.objects.using(using).filter(name=manifest.campaign).first()
    if campaign is None:
        return Recomputed({}, _position(manifest, using))
    refs = [ref for text in manifest.refs if (ref := _parsed(text)) is not None]
    ids = [r.pk for r in registers_of(campaign.pk, using)]
    values = figures(refs, ids, as_of=manifest.as_of, upto=manifest.position.seq, using=using)
    return Recomputed(
        {t: figure_value(Ref.parse(t), v) for t, v in values.items()}, _position(manifest, using)
    )


def _parsed(text: str) -> Ref | None:
    try:
        return Ref.parse(text)
    except Invalid:
        return None


def _position(manifest: Manifest, using: str) -> LedgerPosition | None:
    claimed = manifest.position
    digest = entry_hash_at(claimed.seq, using)
    if digest is None:
        return None
    if not claimed.count or entry_hash_at(claimed.count, using) is None:
        return LedgerPosition(claimed.seq, digest.hex())
    root = root_of(claimed.count, using=using).hex()
    seal = Seal.objects.using(using).filter(count=claimed.count).first()
    at = seal.at.astimezone(CHINA) if seal else None
    return LedgerPosition(claimed.seq, digest.hex(), root, claimed.count, at)
