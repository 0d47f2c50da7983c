"""What does not belong to a document and is taken out: each run with its place and the reason."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bihuan.library.lines import IMPRINT, Line, heading, is_addressee, is_date, is_salutation, squeezed
from bihuan.library.split import advertising

PAGE, HEADER, MARK = "页码", "页眉页脚", "水印"
_PAGE = re.compile(
    r"第\s*\d{1,4}\s*页(?:\s*[，,/／]?\s*共\s*\d{1,4}\s*页)?|[—–\-－―─·•~～*\s]+\d{1,4}\s*[—–\-－―─·•~～*]+|共\s*\d{1,4}\s*页(?:\s*[，,/／]?\s*第\s*\d{1,4}\s*页)?"
    r"|(?i:page)\s*\d{1,4}(?:\s*(?i:of|/)\s*\d{1,4})?|\d{1,4}\s*[/／]\s*\d{1,4}|[\[【(（<]\s*\d{1,4}\s*[\]】)）>](?=$)|P\.?\s?\d{1,4}|页码\s*[：:]?\s*\d{1,4}|第\s*[一二三四五六七八九十百]{1,4}\s*页"
)
_PAGE_BEHIND = re.compile(
    r"\s*(?:第\s*\d{1,4}\s*页(?:\s*[，,/／]?\s*共\s*\d{1,4}\s*页)?|[—\-]\s*\d{1,4}\s*[—\-])$"
)
_RULE = re.compile(r"[-—=_＝*·.…~～─━☆★※◆■□●○#<>《》/\\\s]{4,}")
_MAKER = re.compile(
    r"(?=.*(?:公文|文稿|文库|文案|范文|文秘|笔杆子|写作|资料网|材料网|资料库|素材库))[\u4e00-\u9fffA-Za-z·]{3,14}"
)
_OFTEN = 3


@dataclass(frozen=True, slots=True)
class Removed:
    """One run taken out: its place in the text, what it says, and why."""

    start: int
    end: int
    text: str
    why: str


def removals(text: str, lines: list[Line]) -> dict[int, list[Removed]]:
    """Return what is taken out, by the index of its line; a run may be a whole line or a part of one."""
    found: dict[int, list[Removed]] = defaultdict(list)
    for index, line in enumerate(lines):
        found[index] += _of_line(text, line)
    for index, why in _repeated(lines, found):
        found[index] = [_whole(lines[index], why)]
    for index, line in enumerate(lines):
        if not found[index] and _MAKER.fullmatch(line.text) and _beside_text(lines, index):
            found[index] = [_whole(line, MARK)]
    for index in _counted(lines, found):
        found[index] = [_whole(lines[index], PAGE)]
    return {index: runs for index, runs in found.items() if runs}


def is_whole(line: Line, runs: list[Removed]) -> bool:
    """Whether nothing of the line is left."""
    return sum(run.end - run.start for run in runs) >= line.end - line.start


def _of_line(text: str, line: Line) -> Iterator[Removed]:
    if _PAGE.fullmatch(line.text):
        yield _whole(line, PAGE)
    elif _RULE.fullmatch(line.text):
        yield _whole(line, HEADER)
    elif why := advertising.of_line(line.text):
        yield _whole(line, why)
    else:
        for start, end, reason in advertising.inside(line.text):
            yield Removed(
                line.start + start, line.start + end, text[line.start + start : line.start + end], reason
            )


def _whole(line: Line, why: str) -> Removed:
    return Removed(line.start, line.end, line.text, why)


def _repeated(lines: list[Line], found: dict[int, list[Removed]]) -> Iterator[tuple[int, str]]:
    """Running heads and watermarks: the same short line again and again where no document has a reason to repeat it."""
    places = defaultdict(list)
    for index, line in enumerate(lines):
        if len(line.text) <= 40 and not found[index]:
            places[_stem(line.text)].append(index)
    for indices in places.values():
        if len(indices) >= _OFTEN and _is_running(lines, indices, found):
            yield from ((index, MARK if _inside(lines, index) else HEADER) for index in indices)


def _stem(text: str) -> str:
    """A running head with its page number left out."""
    return squeezed(_PAGE_BEHIND.sub("", text))


def _is_running(lines: list[Line], indices: list[int], found: dict[int, list[Removed]]) -> bool:
    text = lines[indices[0]].text
    if lines[indices[0]].ends_sentence or heading(text) or is_date(text) or is_salutation(text):
        return False
    if is_addressee(text) or IMPRINT.match(text) or "\t" in text or text.startswith("附"):
        return False
    if any(index + 1 < len(lines) and is_date(lines[index + 1].text) for index in indices):
        return False  # who signed several documents
    if any(index and is_date(lines[index - 1].text) for index in indices[1:]) and len(indices) < 5:
        return False
    beside = sum(_beside_page(lines, index, found) or _inside(lines, index) for index in indices)
    return beside * 2 >= len(indices) or beside >= _OFTEN


def _beside_page(lines: list[Line], index: int, found: dict[int, list[Removed]]) -> bool:
    near = [i for i in (index - 1, index + 1) if 0 <= i < len(lines)]
    return (
        lines[index].breaks
        or any(run.why == PAGE for i in near for run in found[i])
        or _PAGE_BEHIND.search(lines[index].text) is not None
    )


def _inside(lines: list[Line], index: int) -> bool:
    """Whether a line stands in the middle of a paragraph, or between two paragraphs that end as sentences do."""
    before, after = lines[max(index - 1, 0)], lines[min(index + 1, len(lines) - 1)]
    return len(before.text) > 40 and len(after.text) > 40


def _beside_text(lines: list[Line], index: int) -> bool:
    return any(len(lines[i].text) > 40 for i in (index - 1, index + 1) if 0 <= i < len(lines))


def _counted(lines: list[Line], found: dict[int, list[Removed]]) -> Iterator[int]:
    """Bare numbers on lines of their own that count up through the file are page numbers."""
    bare = [
        i for i, line in enumerate(lines) if line.text.isdecimal() and len(line.text) <= 4 and not found[i]
    ]
    numbers = [int(lines[i].text) for i in bare]
    rising = sum(after == before + 1 for before, after in pairwise(numbers))
    if len(bare) >= _OFTEN and rising * 3 >= (len(bare) - 1) * 2:
        yield from bare
