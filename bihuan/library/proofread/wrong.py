"""Wrong characters and set phrases that are misquoted, as rules made from a lexicon."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule
from bihuan.library.proofread.lexicon import Lexicon, Misquoted, inside, misquoted, wrong_words
from bihuan.library.proofread.sounds import alike
from bihuan.library.proofread.spelling import known_words, suspects
from bihuan.library.proofread.text import Text
from bihuan.library.proofread.words import Words

_COUNTED = (
    ("四个意识", r"([一二两三四五六七八九十])个意识”"),
    ("四个自信", r"([一二两三四五六七八九十])个自信”"),
    ("两个维护", r"([一二两三四五六七八九十])个维护”"),
    ("两个确立", r"([一二两三四五六七八九十])个确立”"),
    ("五位一体", r"([一二两三四五六七八九十])位一体”总体布局"),
    ("四个全面", r"([一二两三四五六七八九十])个全面”战略布局"),
    ("八项规定", r"中央([一二两三四五六七八九十])项规定"),
    ("三个代表", r"“([一二两三四五六七八九十])个代表”重要思想"),
)
_NUMERALS = tuple("一二两三四五六七八九十")
_GAIN = 3.0
_LONG_NAME, _SURE_NAME = 6, 8
_CJK = re.compile(r"[\u4e00-\u9fff]+")


def rules(lexicon: Lexicon) -> tuple[Rule, ...]:
    """Return the rules of wrong characters that use ``lexicon``."""
    return (
        Rule(
            "fixed-expression", 0, "固定表述有误", Level.ERROR, "固定表述和规范用语表", lambda text: _fixed(text, lexicon),
            "增强“五个意识”，不忘初心、劳记使命。", "增强“四个意识”，不忘初心、牢记使命。",
        ),
        Rule(
            "wrong-word", 0, "错别字（常见错误写法）", Level.ERROR, "常见错误写法表", lambda text: _wrong(text, lexicon),
            "认真布署，抓好台帐。", "认真部署，抓好台账。", safe=True,
        ),
        Rule(
            "wrong-character", 0, "疑似错别字", Level.WARNING, "音近、形近字与词表比对", lambda text: _spelling(text, lexicon),
            "做好安全生产和综和治理工作。", "做好安全生产和综合治理工作。", statute=Level.HINT,
        ),
    )  # fmt: skip


def _fixed(text: Text, lexicon: Lexicon) -> Iterator[Hit]:
    for right, regex in _COUNTED:
        for match in re.finditer(regex, text.text):
            if match[1] != right[0]:
                yield Hit(match.start(1), match.end(1), right[0], f"应为“{right}”。")
    for found in misquoted(text.text, lexicon):
        written = text.text[found.start : found.end]
        level = _how_sure(found, written, text.text, lexicon)
        if level is not None:
            yield Hit(found.start, found.end, found.name, f"固定表述应为“{found.name}”。", level)


def _how_sure(found: Misquoted, written: str, text: str, lexicon: Lexicon) -> Level | None:
    """Return the level of a name that stands almost so; None when it is another name or an allowed form."""
    allowed = lexicon.variants | lexicon.names | lexicon.words | lexicon.allowed
    whole = (v for v in lexicon.variants if len(v) > len(written) and v.startswith(written))
    if any(text.startswith(v, found.start) for v in whole):
        return None
    if written in allowed or any(mark in written for mark in "\n。；《》"):
        return None
    changed = written[found.at : found.at + 1]
    if changed in _NUMERALS and "“" in found.name:
        return None  # told by its number already
    if found.change == 0 and alike(changed, found.name[found.at]):
        return Level.ERROR
    if found.at in (0, len(found.name) - 1) or len(found.name) < _LONG_NAME:
        return None
    marks = changed + found.name[found.at] if found.change == 0 else changed
    sure = bool(_CJK.fullmatch(marks)) and len(found.name) >= _SURE_NAME
    return Level.WARNING if sure and "中华人民共和国" not in found.name else Level.HINT


def _wrong(text: Text, lexicon: Lexicon) -> Iterator[Hit]:
    for at, wrong, right in wrong_words(text.text, lexicon):
        if wrong in lexicon.own or _better(known_words(lexicon), text.text, at, wrong, right):
            old = text.statute and "帐" in wrong  # laws made before the two characters were told apart
            yield Hit(at, at + len(wrong), right, f"“{wrong}”应为“{right}”。", Level.HINT if old else None)


def _better(known: Words, text: str, at: int, wrong: str, right: str) -> bool:
    """Whether the words around cost less with ``right``: else the wrong word is the meeting of two right ones."""
    before = re.split(r"[^\u4e00-\u9fff]", text[max(at - 6, 0) : at])[-1]
    after = re.split(r"[^\u4e00-\u9fff]", text[at + len(wrong) : at + len(wrong) + 6])[0]
    return wrong in known or known.cost(before + wrong + after) - known.cost(before + right + after) > _GAIN


def _spelling(text: Text, lexicon: Lexicon) -> Iterator[Hit]:
    listed = {at + n for at, wrong, _ in wrong_words(text.text, lexicon) for n in range(len(wrong))}
    found = [s for s in suspects(text.text, lexicon) if s.at not in listed]
    windows = [text.text[s.begin : s.begin + len(s.word)] for s in found]
    often = Counter(windows)
    for suspect, window in zip(found, windows, strict=True):
        if often[window] > 2 or inside(text.text, suspect.at, 1, tuple(lexicon.allowed)):
            continue
        sure = suspect.sure and often[window] == 1
        yield Hit(
            suspect.at, suspect.at + 1, suspect.right, f"疑似错别字：“{window}”是否为“{suspect.word}”？",
            Level.WARNING if sure else Level.HINT,
        )  # fmt: skip
