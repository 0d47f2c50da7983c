"""What is wrong with a draft: it can be marked final only when nothing is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.library.drafts.paper import Line, Paper, word_of_paper
from bihuan.library.lines import squeezed
from bihuan.library.proofread.base import LEVEL_NAMES, Finding, Level
from bihuan.library.proofread.dismissals import dismissed, key_of
from bihuan.library.proofread.engine import Options
from bihuan.library.proofread.own_words import words_text
from bihuan.library.proofread.reviewing import against_ledger
from bihuan.library.proofread.reviewing import findings as found_in
from bihuan.library.proofread.text import Text
from bihuan.models import Campaign
from bihuan.reports.check import verify_against_ledger

_GAP = re.compile(r"〔[^〔〕\d]{1,20}待填〕")
_AROUND = 20


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what kind, where it stands, and what to do. ``finding`` is the number of the proofreader's from 1, which
    can be dismissed with a reason (0: cannot); ``blocks``: it keeps the paper from being final."""

    kind: str
    place: str
    text: str
    finding: int = 0
    blocks: bool = True


def problems(paper: Paper, using: str = "default") -> list[Problem]:
    """Return everything that is wrong with the paper as it reads now, what blocks it first."""
    found = [
        *_missing(paper),
        *_tokens(paper),
        *_quotes(paper),
        *_proofread(paper, using),
        *_verified(paper, using),
    ]
    return sorted(found, key=lambda p: not p.blocks)


def findings(paper: Paper, using: str = "default") -> tuple[Text, list[Finding]]:
    """Return the text as it is proofread, and every finding in it, dismissed ones too."""
    text = Text(paper.text)
    options = Options(office=paper.draft.head.get("office", ""), words=words_text(using=using))
    campaign = Campaign.objects.using(using).filter(pk=paper.draft.campaign_id).first()
    if paper.ctx is None or campaign is None:
        return text, found_in(text, options)
    rule = against_ledger(campaign, paper.ctx.as_of, paper.ctx.position.seq, using)
    return text, found_in(text, options, [rule])


def _missing(paper: Paper) -> Iterator[Problem]:
    if not paper.draft.title.strip():
        yield Problem("缺项", "标题", "还没有标题。")
    if not paper.lines:
        yield Problem("缺项", "正文", "还没有正文。")
    for match in _GAP.finditer(f"{paper.draft.title}\n{paper.text}"):
        yield Problem("缺项", match[0], "还没有填写。")


def _tokens(paper: Paper) -> Iterator[Problem]:
    for line in paper.lines:
        for bit in line.bits:
            if bit.unknown and bit.text.startswith("【"):
                why = "台账里没有叫这个名字的数据项。" if paper.ctx else "没有选专项工作，数据项填不出来。"
                yield Problem("数据", bit.text, why + "请改成列表里的名称，或去掉【】。")
            elif bit.unknown:
                yield Problem("引文", bit.text, "资料库里没有这份资料，请去掉这个出处。")


def _quotes(paper: Paper) -> Iterator[Problem]:
    """A passage with its source has to say what the source says."""
    for line in paper.lines:
        for at, bit in enumerate(line.bits):
            if bit.source is None:
                continue
            if squeezed(bit.source.text[bit.start : bit.end]) not in squeezed(_before(line, at)):
                place = _before(line, at)[-_AROUND:]
                yield Problem("引文", place, f"与《{bit.source.title}》原文不一致。请恢复原文，或去掉出处。")


def _before(line: Line, at: int) -> str:
    return "".join(bit.text for bit in line.bits[:at] if bit.source is None)


def _proofread(paper: Paper, using: str) -> Iterator[Problem]:
    text, found = findings(paper, using)
    known = dismissed(text, found)
    for number, finding in enumerate(found, 1):
        if key_of(text, finding) in known:
            continue
        advice = f"建议写作“{finding.suggestion}”。" if finding.suggestion else ""
        yield Problem(
            f"校对·{LEVEL_NAMES[finding.level]}", finding.context, f"{finding.message}{advice}", number,
            _blocks(finding),
        )  # fmt: skip


def _blocks(finding: Finding) -> bool:
    """Sentences of items are alike where their deadline or their reason is the same: that alone keeps nothing from being final."""
    return finding.level is Level.ERROR or (
        finding.level is Level.WARNING and finding.rule != "repeated-passage"
    )


def _verified(paper: Paper, using: str) -> Iterator[Problem]:
    """The file is made and verified as a stranger would: every figure recomputed from the ledger."""
    if paper.ctx is None or not paper.values:
        return
    verdict = verify_against_ledger(word_of_paper(paper), using=using)
    for problem in verdict.problems:
        yield Problem("数据", problem.place, problem.message, blocks=problem.severity == "error")
