"""What proofreading costs, what it finds of injected mistakes, and how often it is wrong about clean text."""

from __future__ import annotations

import importlib.util
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from bihuan.cli.bench.figure import Figure, Reference
from bihuan.cli.output import tell
from bihuan.library.proofread.base import Finding, Level
from bihuan.library.proofread.engine import Options, review
from bihuan.library.proofread.text import Text

_ROOT = Path(__file__).resolve().parents[3]
_PROSE, _INJECTOR = _ROOT / "examples" / "prose", _ROOT / "tests" / "support" / "injector.py"
_MECHANICAL = Options(mechanical=True)
_SCAN = re.compile(r"[\u4e00-\u9fff]+")
#: Findings of these may lie elsewhere than the mistake: at the next number of the list, at the end of the text.
_ELSEWHERE = frozenset((1, 2, 12, 35, 36, 42, 46, 47, 48, 49, 50))


def proofread(size: Any) -> Iterator[Figure]:
    """Measure on the prose of the project's examples, where the sources are at hand."""
    texts = [path.read_text("utf-8") for path in sorted(_PROSE.glob("*.txt"))]
    if not texts or not _INJECTOR.exists():
        tell("没有示例文稿，未测：请在项目目录里运行。")
        return
    yield _speed("\n".join(texts) * (10 if size.rounds > 1 else 1), size.rounds)
    yield _alarms(texts)
    yield _recall(texts, 20 if size.rounds > 1 else 2)


def _speed(text: str, rounds: int) -> Figure:
    """Return characters a second of the processor, beside one pass of one pattern, the best of each: others may use the machine."""
    review(Text(text[:2000]), _MECHANICAL)
    checked = [_per_second(text, lambda: review(Text(text), _MECHANICAL)) for _ in range(rounds)]
    scanned = [_per_second(text, lambda: _SCAN.findall(text)) for _ in range(rounds)]
    return Figure(
        "proofread", "proofread_speed", "机械检查每秒（处理器时间）字数", max(checked), "字", "least", 100_000,
        reference=Reference("一个正则扫一遍", max(scanned)), details={"characters": len(text)},
    )  # fmt: skip


def _per_second(text: str, work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return len(text) / (time.process_time() - begun)


def _alarms(texts: list[str]) -> Figure:
    found = [f for text in texts for f in review(Text(text)) if f.level is not Level.HINT]
    characters = sum(map(len, texts))
    return Figure(
        "proofread", "proofread_alarms", "干净文稿每万字误报", len(found) / characters * 10_000, "处", "most", 3,
        details={"characters": characters, "rules": sorted({f.rule for f in found})},
    )  # fmt: skip


def _recall(texts: list[str], times: int) -> Figure:
    """Inject each mistake ``times`` times and return the lowest recall of a rule."""
    recalls = recall_by_rule(texts, times)
    lowest = min(recalls, key=lambda number: recalls[number])
    return Figure(
        "proofread", "proofread_recall", f"查出率最低的一项（第 {lowest} 项）", recalls[lowest], "", "least", 0.95,
        details={"mean": round(sum(recalls.values()) / len(recalls), 4), "rules": len(recalls), "each": times},
    )  # fmt: skip


def recall_by_rule(texts: list[str], times: int, seed: int = 11) -> dict[int, float]:
    """Return number of the check → share of its injected mistakes that a finding of the same number lies on."""
    rng = random.Random(seed)  # noqa: S311 (a repeatable draw, no secret)
    before = [{_mark(f) for f in review(Text(text), _MECHANICAL)} for text in texts]
    found: dict[int, list[bool]] = {}
    for number, injectors in sorted(_injector().INJECTORS.items()):
        for _ in range(times):
            drawn = _draw(rng, texts, injectors)
            if drawn is not None:
                at, made = drawn
                found.setdefault(number, []).append(_is_found(number, made, before[at]))
    return {number: sum(hits) / len(hits) for number, hits in found.items()}


def _injector() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bihuan_bench_injector", _INJECTOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _draw(
    rng: random.Random, texts: list[str], injectors: list[Any]
) -> tuple[int, tuple[str, int, int]] | None:
    """Return a text's place in the list and the text with a mistake; None where no text offers a place."""
    for _ in range(40):
        at = rng.randrange(len(texts))
        made = rng.choice(injectors)(rng, texts[at])
        if made is not None:
            return at, made
    return None


def _is_found(number: int, made: tuple[str, int, int], before: set[tuple[str, str, str]]) -> bool:
    text, start, end = made
    fresh = [f for f in review(Text(text), _MECHANICAL) if f.number == number and _mark(f) not in before]
    return any(number in _ELSEWHERE or (f.start <= end + 1 and f.end >= start - 1) for f in fresh)


def _mark(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.text, finding.context
