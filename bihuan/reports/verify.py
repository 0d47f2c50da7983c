"""Verification of a report file: manifest ↔ ledger ↔ what the file says now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from bihuan.reports import sheets, verify_text
from bihuan.reports.manifest import NAMESPACE, Manifest, ManifestUnreadable, loads
from bihuan.reports.package import NotAReport, read_zip
from bihuan.reports.reading import parse, read_blocks
from bihuan.reports.verdict import ERROR, Checked, Problem, Recompute, Recomputed, Verdict


def verify_report(source: Path | str | bytes | BinaryIO, recompute: Recompute) -> Verdict:
    """Compare a docx or xlsx with its manifest and the manifest with the ledger (``recompute``).

    Raises ``NotAReport`` for a file that is neither; whatever is wrong inside a report is in the verdict.
    """
    parts = read_zip(source)
    is_workbook = "xl/workbook.xml" in parts
    if not is_workbook and "_rels/.rels" not in parts:
        raise NotAReport("这个压缩包不是 docx 或 xlsx。")
    try:
        manifest = (sheets.read_manifest if is_workbook else read_manifest)(parts)
    except ManifestUnreadable as error:
        return Verdict(problems=(Problem("manifest-unreadable", error.message),))
    if manifest is None:
        return Verdict(problems=(_missing(),))
    recomputed = recompute(manifest)
    compare = (
        sheets.compare(manifest, parts) if is_workbook else verify_text.compare(manifest, read_blocks(parts))
    )
    problems = tuple(_completed(p, recomputed) for p in (*check_claims(manifest, recomputed), *compare))
    listed = _listed(manifest, recomputed, problems)
    return Verdict(len(manifest.uses), len(manifest.figures), problems, listed, manifest)


def _listed(manifest: Manifest, recomputed: Recomputed, problems: tuple[Problem, ...]) -> tuple[Checked, ...]:
    """Each figure with what was found of it: it holds where no error names it."""
    places = Counter(use.ref for use in manifest.uses)
    wrong = {p.ref for p in problems if p.severity == ERROR}
    printed = {p.ref: p.printed for p in problems if p.printed}
    return tuple(
        Checked(
            ref, f.label, f.value, recomputed.value(ref), places[ref], printed.get(ref, ""),
            ok=ref not in wrong and recomputed.value(ref) == f.value,
        )
        for ref, f in manifest.figures.items()
    )  # fmt: skip


def read_manifest(parts: Mapping[str, bytes]) -> Manifest | None:
    """The manifest in the parts of a docx; None where there is none. Raises ``ManifestUnreadable``."""
    for name in sorted(parts):
        if name.endswith(".xml") and NAMESPACE.encode() in parts[name]:
            root = parse(parts[name])
            if root.tag == f"{{{NAMESPACE}}}manifest":
                return loads(root.text or "")
    return None


def check_claims(manifest: Manifest, recomputed: Recomputed) -> Iterator[Problem]:
    """What the manifest claims against what the ledger says."""
    if not manifest.intact:
        yield Problem("manifest-altered", "校验清单被改动过：清单的摘要与内容不符。")
    yield from _check_position(manifest, recomputed)
    places = {use.ref: use.place for use in reversed(manifest.uses)}
    for ref, figure in manifest.figures.items():
        if ref.startswith("ledger."):
            continue
        found = recomputed.figures.get(ref)
        about = {"ref": ref, "label": figure.label, "stated": figure.value, "place": places.get(ref, "")}
        if found is None:
            yield Problem("unknown", f"“{figure.label}”（{ref}）无法重算：台账里没有这个数据项。", **about)
        elif found.value != figure.value:
            message = f"“{figure.label}”（{ref}）报告载明{figure.value}，按台账重算为{found.value}。"
            yield Problem("value", message, **about)
        if found is not None and found.definition != figure.definition:
            message = f"“{figure.label}”（{ref}）的口径与现行口径不同：报告为“{figure.definition}”，现行为“{found.definition}”。"
            yield Problem("definition", message, **about)


def _check_position(manifest: Manifest, recomputed: Recomputed) -> Iterator[Problem]:
    claimed, found = manifest.position, recomputed.position
    if found is None:
        yield Problem(
            "ledger", f"台账里没有第{claimed.seq}条留痕，这份报告不是由这本台账生成的，或台账缺了后面的留痕。"
        )
        return
    pairs = (
        (f"第{claimed.seq}条留痕的哈希值", claimed.head, found.head),
        ("封存根值", claimed.root, found.root),
        ("封存条数", str(claimed.count), str(found.count)),
    )
    for name, stated, actual in pairs:
        if stated != actual:
            message = f"{name}与台账不符：报告载明{stated or '无'}，台账为{actual or '无'}。"
            yield Problem("ledger", message, label=name, stated=stated, recomputed=actual)


def _completed(problem: Problem, recomputed: Recomputed) -> Problem:
    """``problem`` with the recomputed value of its figure."""
    if not problem.ref or problem.recomputed:
        return problem
    return replace(problem, recomputed=recomputed.value(problem.ref))


def _missing() -> Problem:
    return Problem(
        "manifest-missing", "文件里没有校验清单：不是由报告功能生成的，或清单已被去掉，各项数字无法核对。"
    )
