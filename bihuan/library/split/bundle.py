"""Where each document of a bundle begins and ends.

A beginning is weighed from independent signs: the shape of a title, an entry in the table of contents, an ordinal (篇一),
what stands before it (a signature and date, 特此通知, thanks, a page break) and after it (a date in brackets, a speaker,
同志们, the addressee's line), and numbering that starts again. No single sign decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bihuan.library import kinds
from bihuan.library.lines import (
    ANNEX,
    ENDING,
    IMPRINT,
    NUMBER,
    Line,
    article,
    heading,
    is_addressee,
    is_date,
    is_salutation,
    lines_of,
    squeezed,
)
from bihuan.library.split.contents import (
    CONTENTS,
    Contents,
    bare_title,
    read_contents,
    without_ordinal,
)
from bihuan.library.split.removal import HEADER, Removed, is_whole, removals

COVER, ORDINAL = "封面和编者的话", "篇序"
_ORDINAL_LINE = re.compile(
    r"[【\[（(]?\s*(?:第\s*[一二三四五六七八九十百零\d]{1,4}\s*[篇部]|(?:篇|范文|例文|材料|文稿|样本)\s*[一二三四五六七八九十\d]{1,3})\s*[】\]）)]?[：:]?"
)
_ORDINAL_AHEAD = re.compile(
    r"(?:[【\[（(]\s*)?(?:第\s*[一二三四五六七八九十百零\d]{1,4}\s*[篇部]|(?:篇|范文|例文|材料|文稿|样本)\s*[一二三四五六七八九十\d]{1,3})\s*(?:[】\]）)]\s*[：:、.．]?|[：:、.．\s])\s*(?=\S)"
)
_SPEAKER = re.compile(
    r"[（(]?[\u4e00-\u9fff、（）()]{0,24}(?:书记|县长|市长|区长|镇长|乡长|主任|局长|部长|处长|科长|校长|院长|主席|会长|董事长|总经理|省长|州长|主官|组长|党组|同志)[\s　]*[\u4e00-\u9fff·]{0,4}(?:[\s　]+[\u4e00-\u9fff])?[）)]?|[\u4e00-\u9fff][\s　]*[\u4e00-\u9fff]{1,2}|[\u4e00-\u9fff×xX某]{2,20}(?:局|委|办|部|院|厅|政府|委员会|党委|党组|办公室|支部|学校|公司|镇|乡|街道)"
)
_COLLECTION = re.compile(
    r".*(?:汇编|选编|合集|集锦|精选|大全|范文|资料库|文集|套装|[（(]?(?:共|精选)?\s*\d+\s*篇[）)]?)(?:[（(【].*[）)】])?$"
)
_SIGNED = re.compile(
    r"[\u4e00-\u9fff、\s]{2,40}(?:局|委|办|部|院|厅|会|政府|室|组|支部|校|公司|镇|乡|街道|中心|站|所)"
)
_POST = re.compile(r"(?:书记|长|主任|主席|经理|组|同志)(?:[\s　]+[\u4e00-\u9fff·]{1,4}){1,2}[）)]?$")
_NO_TITLE_END = "。，；：、！,;:!…"
_NEED = 6
_SURE = 9
_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Part:
    """One document: its title as one line, its kind ("" unknown), its place in the text, and what is taken out of it.

    ``removed`` also holds what stands behind it up to the next document, and for the first what stands before it.
    """

    title: str
    kind: str
    start: int
    end: int
    removed: tuple[Removed, ...] = ()

    def clean(self, text: str) -> str:
        """Return the document's text without what was taken out."""
        kept, place = [], self.start
        for run in self.removed:
            if self.start <= run.start < self.end:
                kept.append(text[place : run.start])
                place = max(place, run.end)
        return re.sub(
            r"[ \t\f]*\n(?:[ \t\f\u3000]*\n){2,}", "\n\n", "".join([*kept, text[place : self.end]])
        ).strip("\n\f ")


@dataclass
class _Start:
    """A possible beginning: first and last line (indices) of the title, its words, its weight, and its number in a series
    (1.…, 2.…; 0 none)."""

    first: int
    last: int
    title: str
    weight: int
    number: int = 0


@dataclass
class _Text:
    text: str
    lines: list[Line]
    runs: dict[int, list[Removed]]
    contents: Contents
    kept: list[int] = field(default_factory=list)


def split(text: str) -> list[Part]:
    """Return the documents of ``text`` in order; one whole text is one document. Nothing but blanks: none."""
    read = _read(text)
    if not read.kept:
        return []
    starts = _choose(read, _candidates(read))
    return _parts(read, starts)


def _read(text: str) -> _Text:
    lines = lines_of(text)
    runs = removals(text, lines)
    gone = {index for index, found in runs.items() if is_whole(lines[index], found)}
    contents = read_contents(lines, gone)
    for index in contents.lines:
        runs[index] = [_run(lines[index], CONTENTS)]
    gone |= contents.lines
    for index, line in enumerate(lines):
        if index not in gone and _ORDINAL_LINE.fullmatch(line.words):
            runs[index] = [_run(line, ORDINAL)]
            gone.add(index)
    return _Text(text, lines, runs, contents, [i for i in range(len(lines)) if i not in gone])


def _run(line: Line, why: str) -> Removed:
    return Removed(line.start, line.end, line.text, why)


# Beginnings


def _candidates(read: _Text) -> list[_Start]:
    found: list[_Start] = []
    restarts = _restarts(read)
    for place, index in enumerate(read.kept):
        if found and found[-1].last >= index:
            continue
        due = found[-1].number + 1 if found and found[-1].number else 0
        best = max(
            (start for size in (1, 2, 3) if (start := _weigh(read, place, size, restarts, due)) is not None),
            key=lambda start: (start.weight, start.first - start.last),
            default=None,
        )
        if best is not None and best.weight >= _NEED:
            found.append(best)
    return found


def _weigh(read: _Text, place: int, size: int, restarts: dict[int, int], due: int) -> _Start | None:
    """Weigh ``size`` kept lines from ``place`` on as one title; ``due`` is the number that a series of titles comes to."""
    indices = read.kept[place : place + size]
    if len(indices) < size or not all(_may_be_title(read, read.lines[i], due) for i in indices):
        return None
    lines = [read.lines[i] for i in indices]
    if any(line.gap > 1 for line in lines[1:]) or (size > 1 and _whole_line(read, lines)):
        return None
    words = [_ORDINAL_AHEAD.sub("", lines[0].words), *(line.words for line in lines[1:])]
    title = "".join(_tight(word) for word in words)
    if len(title) > _LONGEST_TITLE or _is_signature(read, place, title):
        return None
    if place < 3 and _COLLECTION.match(lines[0].words):
        return None
    shape = _shape(read, lines, title, marked=words[0] != lines[0].words)
    if size > 1 and not shape:
        return None
    number = _series_number(title, place, due)
    weight = shape + _before(read, place) + _after(read, place + size) + restarts.get(indices[-1], 0)
    weight += 3 if number and due else 0
    return _Start(
        indices[0], indices[-1], without_ordinal(title) if heading(title) else title, weight, number
    )


def _series_number(title: str, place: int, due: int) -> int:
    """The number of a title in a series: the first title of the file begins it, the others follow it."""
    found = heading(title)
    number = found[1] if found and found[0] == 3 else 0
    return number if number and (number == due or (not due and place < 4)) else 0


def _whole_line(read: _Text, lines: list[Line]) -> bool:
    """Whether one of several lines is no piece of a title: it is a whole one, a date or a signature."""
    if _SUBTITLE.match(lines[-1].words):
        lines = lines[:-1]
    return any(
        is_date(line.text)
        or bare_title(line.words) in read.contents.titles
        or kinds.is_full_title(line.words)
        for line in lines
    ) or (kinds.ends_as_title(lines[0].words) and len(squeezed(lines[0].words)) > 12)


_SUBTITLE = re.compile(r"[—–-]{1,2}\s*\S")
_RED_HEAD = re.compile(r"[\u4e00-\u9fffX×x\s]{4,40}文\s*件")
_PASSED = re.compile(r"[（(]?(?:19|20)\d\d年\d{1,2}月\d{1,2}日.*(?:通过|公布|发布|修订|修正|批准|施行)")
_ASIDE = re.compile(r"[（(][^（）()]{9,}[）)]")


def _is_signature(read: _Text, place: int, title: str) -> bool:
    """Whether a line is the body that signs: its date follows at once, text stands before."""
    following = read.kept[place + 1 : place + 2]
    return bool(place and following and _SIGNED.fullmatch(title) and is_date(read.lines[following[0]].text))


def _may_be_title(read: _Text, line: Line, due: int) -> bool:
    text = line.words
    if len(text) > _LONGEST_TITLE or text[-1:] in _NO_TITLE_END or len(squeezed(text)) < 2 or "\t" in text:
        return False
    if (
        is_date(text)
        or is_salutation(text)
        or IMPRINT.fullmatch(text)
        or ENDING.fullmatch(text)
        or NUMBER.fullmatch(text)
        or _RED_HEAD.fullmatch(text)
        or _ASIDE.fullmatch(text)
    ):
        return False
    marked = _ORDINAL_AHEAD.match(text)
    return bool(marked) or not (
        article(text)
        or _inner_heading(read, text, due)
        or ANNEX.match(text)
        or (text.startswith("第") and heading(text))
    )


def _inner_heading(read: _Text, text: str, due: int) -> bool:
    """A numbered heading; collections number their titles too, but those are whole ones, in figures or in the contents."""
    found, bare = heading(text), bare_title(text)
    if found == (3, due) and kinds.ends_as_title(bare):
        return False
    if found is None or not kinds.is_full_title(bare):
        return found is not None
    return found[0] != 3 and bare not in read.contents.titles


def _tight(text: str) -> str:
    """A title on one line: blanks between Chinese characters only serve the looks."""
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", text.strip())


def _shape(read: _Text, lines: list[Line], title: str, *, marked: bool) -> int:
    weight = 4 if marked else 0
    if len(lines) > 1 and _SUBTITLE.match(lines[-1].words):
        title = lines[-1].words.lstrip("—–- ")
        weight += 1
    if heading(title) and bare_title(title) not in read.contents.titles:
        weight -= 1  # 2.2025年工作计划 is more often a heading
    if bare_title(title) in read.contents.titles:
        weight += 6
    if kinds.is_full_title(bare_title(title)):
        return weight + 4
    return weight + (2 if kinds.ends_as_title(title) and len(title) > 4 else 0)


def _before(read: _Text, place: int) -> int:
    """What stands before: the beginning of the file, the end of a document, a break."""
    first = read.kept[place]
    line = read.lines[first]
    ordinal = first and any(run.why == ORDINAL for run in read.runs.get(first - 1, ()))
    weight = 4 if ordinal else 0
    if place == 0 or (place < 4 and _is_cover(read, read.kept[:place])):
        return weight + 4
    weight += 1 if line.breaks or line.gap > 1 else 0
    weight += 2 if line.text.startswith("# ") else 0
    last = read.lines[read.kept[place - 1]]
    if any(pattern.fullmatch(last.text) for pattern in (ENDING, IMPRINT, NUMBER)) or is_date(last.text):
        return weight + 3
    if any(ENDING.fullmatch(read.lines[i].text) for i in read.kept[max(0, place - 3) : place]):
        return weight + 2
    return weight + (1 if last.ends_sentence else -1)


def _is_cover(read: _Text, indices: list[int]) -> bool:
    """Whether the lines before are those of a cover: one names a collection, none is text."""
    lines = [read.lines[i] for i in indices]
    return any(_COLLECTION.match(line.words) for line in lines) and all(
        len(line.text) <= 40 for line in lines
    )


def _after(read: _Text, place: int) -> int:
    """What follows in the next lines: date, speaker, number, greeting, addressee, or plain text."""
    weight = 0
    for seen, index in enumerate(read.kept[place : place + 4]):
        text = read.lines[index].words
        if is_salutation(text) or is_addressee(text):
            return weight + 4
        if is_date(text) or NUMBER.fullmatch(text):
            weight += 3 if seen == 0 or weight else 1
        elif _PASSED.match(text):
            weight = max(weight, 3)
        elif _ASIDE.fullmatch(text):
            weight += 1
        elif _SPEAKER.fullmatch(text) and len(text) < 30:
            weight += 2 if _POST.search(text) and seen < 2 else 0
        else:
            return weight + (1 if len(text) > 40 or heading(text) or article(text) else 0)
    return weight


def _restarts(read: _Text) -> dict[int, int]:
    """Lines after which the numbering starts again (一、 or 第一条 after later numbers): the next first-level number is one."""
    found: dict[int, int] = {}
    following = 0
    for place in range(len(read.kept) - 1, -1, -1):
        index = read.kept[place]
        number = _top_number(read.lines[index].words)
        if number:
            following = number
        elif following == 1:
            found[index] = 1
    before = 0
    for index in read.kept:
        number = _top_number(read.lines[index].words)
        before = number or before
        if index in found:
            found[index] = 2 if before > 1 else 0 if before == 0 else 1
    return found


def _top_number(text: str) -> int:
    number = article(text)
    if number:
        return number
    found = heading(text)
    return found[1] if found and found[0] == 1 else 0


def _choose(read: _Text, found: list[_Start]) -> list[_Start]:
    """Drop beginnings with no body behind them (a cover above its title) and those inside an annex."""
    chosen: list[_Start] = []
    for start in found:
        if chosen and not _body(read, chosen[-1].last, start.first):
            if start.weight > chosen[-1].weight:
                chosen[-1] = start
            continue
        if chosen and _in_annex(read, chosen[-1].last, start):
            continue
        chosen.append(start)
    return chosen


def _body(read: _Text, last: int, until: int) -> bool:
    between = [read.lines[i] for i in read.kept if last < i < until]
    return sum(len(line.text) for line in between) >= 40 and any(
        len(line.text) > 24 or line.ends_sentence for line in between
    )


def _in_annex(read: _Text, last: int, start: _Start) -> bool:
    """A title right under 附件 belongs to the annex, and so to its document, unless contents or ordinal say otherwise."""
    above = [i for i in read.kept if last < i < start.first][-2:]
    marked = any(
        ANNEX.fullmatch(read.lines[i].text) and not re.search(r"[：:]\s*\S", read.lines[i].text)
        for i in above
    )
    return marked and bare_title(start.title) not in read.contents.titles


# Documents


def _parts(read: _Text, starts: list[_Start]) -> list[Part]:
    if not starts:
        return [_only(read)]
    if _is_body(read, starts[0].first):
        if len(starts) == 1 and starts[0].weight < _SURE:
            return [_only(read)]
        opening = read.kept[0]
        starts = [_Start(opening, opening, _first_words(read), 0), *starts]
    firsts = [_with_head(read, start) for start in starts]
    _cover(read, firsts[0])
    bounds = [*firsts[1:], len(read.lines)]
    parts = []
    for no, (start, first, until) in enumerate(zip(starts, firsts, bounds, strict=True)):
        kept = [i for i in read.kept if first <= i < until]
        removed = _between(read, 0 if no == 0 else first, until)
        parts.append(
            Part(
                start.title, kinds.kind_of(start.title), _begin(read, first), _finish(read, kept[-1]), removed
            )
        )
    return parts


def _begin(read: _Text, first: int) -> int:
    return read.lines[first].start


def _finish(read: _Text, last: int) -> int:
    """The end of the last line that stays, without a pitch at its end."""
    end = read.lines[last].end
    for run in reversed(read.runs.get(last, [])):
        if run.end == end:
            end = run.start
    return end


def _is_body(read: _Text, first: int) -> bool:
    """Whether what stands before the first title is a document rather than a cover."""
    return sum(len(read.lines[i].text) for i in read.kept if i < first) > 200


def _only(read: _Text) -> Part:
    title, first, last = _first_words(read), read.kept[0], read.kept[-1]
    return Part(
        title,
        kinds.kind_of(title),
        _begin(read, first),
        _finish(read, last),
        _between(read, 0, len(read.lines)),
    )


def _first_words(read: _Text) -> str:
    """The first line, for want of a title."""
    return _tight(read.lines[read.kept[0]].words)[:_LONGEST_TITLE]


def _with_head(read: _Text, start: _Start) -> int:
    """The first line of the document: a red head (文件) and its number above the title belong to it."""
    place = read.kept.index(start.first)
    if place and NUMBER.fullmatch(squeezed(read.lines[read.kept[place - 1]].words)):
        place -= 1
        above = read.lines[read.kept[place - 1]].words if place else ""
        if re.fullmatch(r"[\u4e00-\u9fff\s]{4,40}(?:文件|办公室|委员会|政府|局|党组|领导小组)", above):
            place -= 1
    return read.kept[place]


def _cover(read: _Text, first: int) -> None:
    """What stands before the first document (the collection's name, a preface) is taken out too."""
    for index in [i for i in read.kept if i < first]:
        read.runs[index] = [_run(read.lines[index], COVER)]


def _between(read: _Text, first: int, until: int) -> tuple[Removed, ...]:
    return tuple(
        run
        for index in range(first, until)
        for run in sorted(read.runs.get(index, []), key=lambda r: r.start)
    )


__all__ = ["COVER", "HEADER", "Part", "split"]
