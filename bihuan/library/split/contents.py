"""Tables of contents: their lines are taken out, their entries say where documents begin."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bihuan.library.lines import Line, is_date, squeezed

CONTENTS = "目录"
_HEAD = re.compile(r"(?:总|详细)?目\s*[录次]|[【\[]\s*目\s*录\s*[】\]]|CONTENTS|contents")
_LEADER = re.compile(
    r"^(?P<title>.{2,80}?)\s*(?:[.．·•…‥―─—_﹒ ]{3,}|…+|‥+|—{2,}|\t+| {2,}|　+)\s*[（(]?\d{1,4}[）)]?$"
)
_PLAIN_NUMBER = re.compile(
    r"^(?P<title>.{4,80}?[\u4e00-\u9fff）)》”])\s?(?:[（(]\d{1,4}[）)]|/\s?\d{1,4}|\d{1,4})$"
)
_ORDINAL = re.compile(
    r"^(?:[【\[（(]?\s*(?:第?\s*[一二三四五六七八九十百零\d]{1,4}\s*[篇部])\s*[】\]）)]?|[【\[（(]?\s*(?:篇|范文|例文|材料|文稿|样本|之)\s*[一二三四五六七八九十\d]{1,3}\s*[】\]）)]?"
    r"|[（(]?\d{1,3}[）)]?[.．、:：]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,3}\s+|[●○◆■▪•·★☆※]\s*)\s*[：:、.．]?\s*"
)
_CHAPTER = re.compile(r"第[一二三四五六七八九十百零\d]+[编章节]")
_AHEAD = 400


@dataclass
class Contents:
    """The lines of tables of contents (indices) and the titles that they list, squeezed."""

    lines: set[int] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)


def bare_title(text: str) -> str:
    """A title without its ordinal (篇一：, 1.) and without blanks."""
    return squeezed(_ORDINAL.sub("", text.strip("#* \t　"), count=1)) or squeezed(text)


def without_ordinal(text: str) -> str:
    """A title without its ordinal; a text that is nothing else stays."""
    return _ORDINAL.sub("", text, count=1) or text


def read_contents(lines: list[Line], gone: set[int]) -> Contents:
    """Find the tables of contents: under a heading 目录, or several lines in a row that end in leaders and page numbers."""
    found = Contents()
    index = 0
    while index < len(lines):
        if index not in gone and _HEAD.fullmatch(lines[index].text):
            end = _under_heading(lines, index + 1, gone, found)
            if end > index + 2:
                found.lines.add(index)
            index = max(end, index + 1)
        elif index not in gone and _LEADER.match(lines[index].text) and not is_date(lines[index].text):
            index = _run(lines, index, gone, found)
        else:
            index += 1
    return found


def _under_heading(lines: list[Line], index: int, gone: set[int], found: Contents) -> int:
    """Take entries until a line is none; an entry without a page number has to come again as a title."""
    later = "".join(squeezed(lines[i].words) for i in range(index, len(lines)) if i not in gone)
    seen: set[str] = set()
    pending: list[int] = []
    end = index
    for at in range(index, min(index + _AHEAD, len(lines))):
        if at in gone:
            continue
        title, sure = _entry(lines[at].text)
        if _is_again(title, seen) or (not sure and (len(lines[at].text) > 70 or lines[at].ends_sentence)):
            break
        if not sure and later.find(title, later.find(title) + len(title)) < 0:
            pending.append(at)
            if len(pending) > 3:
                break
            continue
        found.lines |= {at, *pending}
        pending = []
        seen.add(title)
        end = at + 1
    own = [at for at in range(index, end) if at not in gone]
    if own and sum(bool(_CHAPTER.match(lines[at].text)) for at in own) * 5 >= len(own) * 4:
        found.lines -= set(own)  # the chapters of a statute are part of it
        return index
    found.titles |= seen
    return end


def _is_again(title: str, seen: set[str]) -> bool:
    """Whether a listed title comes again, whole or as the first line of two: the documents have begun."""
    return any(other.startswith(title) for other in seen)


def _run(lines: list[Line], index: int, gone: set[int], found: Contents) -> int:
    """Entries without a heading: at least three lines in a row with leaders."""
    at, entries = index, []
    while at < len(lines) and (at in gone or _LEADER.match(lines[at].text)):
        if at not in gone:
            entries.append(at)
        at += 1
    if len(entries) >= 3:
        found.lines |= set(entries)
        found.titles |= {_entry(lines[i].text)[0] for i in entries}
    return at


def _entry(text: str) -> tuple[str, bool]:
    """(title, whether a page number stands behind it)."""
    match = _LEADER.match(text) or (None if is_date(text) else _PLAIN_NUMBER.match(text))
    return bare_title(match["title"] if match else text), match is not None
