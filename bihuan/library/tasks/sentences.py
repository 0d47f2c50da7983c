"""The sentences of a text with their places, their paragraph and the sections they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bihuan.library.lines import Line, heading, is_addressee, is_date, is_salutation, lines_of

_SENTENCE = re.compile(
    r"(?:[^。！？；!?;（）()\n]|[（(][^（）()\n]*[）)])+(?:[。！？；!?;]+[”’」』]?|$)|[（(][^（）()\n]*[）)][。；]?|\S"
)
_TRAILING = re.compile(r"[（(][^（）()\n]*[）)][。；]?")
_PREFIX = re.compile(
    r"(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、](?!\d)|[一二三四五六七八九十]{1,3}、|[①-⑳]|[●○◆■▪•★]|[-—]\s)\s*"
)
_LONGEST_HEADING = 40
#: Headings of these levels (一、 and （一）) may be of two halves: 突出重点，防范风险.
_HIGHEST = 2
#: How the points of a list in running text begin.
LISTED = re.compile(r"[一二三四五六七八九十]{1,2}(?:是|要)|第[一二三四五六七八九十][，、]")
_LABEL = re.compile(
    r"[【\[]?(?:(?:牵头|责任|主办|承办|配合|协办|负责|主责|参与|包抓|分管|落实)(?:责任)?(?:单位|部门|主体|科室|领导|人|乡镇)|(?:完成|整改|办结|落实)?(?:时限|期限|时间)(?:要求|节点)?)[】\]]?\s*[：:]"
)
#: A sentence that says who does what stands before it, and perhaps until when, but not what.
_ASSIGNS = re.compile(
    r"(?:(?:以上|上述)(?:各项)?(?:工作|任务|事项)?[，,]?)?由?[^，。；：,;:]{2,60}(?:牵头|负责|主办|负总责)(?:(?:抓)?(?:落实|组织实施|推进))?"
    r"(?:[，,][^，。；：,;:]{2,60}(?:配合|参与|协助|协办|按职责分工负责|分工负责))?(?:[，,](?:长期坚持|持续推进|常态化(?:推进|开展)|[^，。；,;]{1,12}(?:前|底|内)(?:完成|办结|落实)?))?[。；]"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with the brackets behind it. ``lead``: the headline at the start of a paragraph that is numbered or listed (一是…).

    ``headings`` are those it stands under, the highest first; ``paragraph`` numbers its paragraph. ``label``: no sentence but
    words such as 责任单位：… or 由…牵头，…配合。 that speak of the paragraph before them.
    """

    start: int
    end: int
    text: str
    paragraph: int
    headings: tuple[str, ...]
    lead: bool = False
    label: bool = False


def sentences_of(text: str, tables: frozenset[int] = frozenset()) -> list[Sentence]:
    """Return the sentences of running text; headings, dates, addressees and greetings are none, nor the lines that begin at ``tables``."""
    found: list[Sentence] = []
    above: dict[int, str] = {}
    lines = lines_of(text)
    for number, line in enumerate(lines):
        if line.start in tables:
            continue
        if found and _LABEL.match(line.words):
            found.append(Sentence(line.start, line.end, line.text, found[-1].paragraph, (), label=True))
            continue
        mark = heading(line.words)
        if _is_listed(line, mark, lines[number + 1 : number + 2]):
            found += _sentences(line, number, tuple(above[k] for k in sorted(above)), numbered=True)
            continue
        if mark is None and _is_bare_heading(line):
            above = {0: line.words}
        if mark is not None:
            above = {level: words for level, words in above.items() if level < mark[0]}
            above[mark[0]] = _headline(line.words)
        if not _is_heading(line, mark):
            found += _sentences(
                line, number, tuple(above[k] for k in sorted(above)), numbered=mark is not None
            )
    return found


def _is_listed(line: Line, mark: tuple[int, int] | None, following: list[Line]) -> bool:
    """A task without a full stop: its labels follow, or it is a numbered line with a figure."""
    if is_date(line.text) or is_addressee(line.text) or line.text[-1:] in "。；：":
        return False
    if following and _LABEL.match(following[0].words):
        return True
    return (
        mark is not None
        and mark[0] >= 3
        and re.search(r"\d", _PREFIX.sub("", line.words, count=1)) is not None
    )


def _headline(text: str) -> str:
    return re.split(r"[。：:；]", text, maxsplit=1)[0]


def _is_heading(line: Line, mark: tuple[int, int] | None) -> bool:
    text = line.words
    if is_date(text) or is_addressee(text) or is_salutation(text) or line.text.startswith("#"):
        return True
    numbered = mark is not None and len(text) <= _LONGEST_HEADING
    inside = r"[。；！（(]" if mark is not None and mark[0] <= _HIGHEST else r"[。；！（(，]"
    return (numbered and not re.search(inside, text[4:])) or _is_bare_heading(line)


def _is_bare_heading(line: Line) -> bool:
    return len(line.text) <= 24 and not re.search(r"[。；！，：:、]", line.text)


def _sentences(line: Line, paragraph: int, above: tuple[str, ...], *, numbered: bool) -> list[Sentence]:
    pieces: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(line.text):
        if pieces and _TRAILING.fullmatch(match[0]):
            pieces[-1] = (
                pieces[-1][0],
                match.end(),
            )  # （责任单位：…） behind the stop belongs to the sentence before
        elif len(match[0].strip()) > 3:
            pieces.append(match.span())
    found = []
    for no, (first, end) in enumerate(pieces):
        begin = first + _skip(line.text[first:end])
        words = line.text[begin:end].rstrip()
        heads = no == 0 and len(pieces) > 1 and len(words) <= 24
        lead = heads and (numbered or LISTED.match(words) is not None)
        label = no > 0 and (_LABEL.match(words) or _ASSIGNS.fullmatch(words)) is not None
        start = line.start + begin
        found.append(Sentence(start, start + len(words), words, paragraph, above, lead, label))
    return found


def _skip(text: str) -> int:
    blanks = len(text) - len(text.lstrip())
    prefix = _PREFIX.match(text, blanks)
    return prefix.end() if prefix else blanks
