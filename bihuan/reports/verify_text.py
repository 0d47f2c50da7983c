"""What a Word report says now against what its manifest remembers."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator

from bihuan.reports.manifest import Manifest, Use
from bihuan.reports.numbers import normalised, tokens, widened
from bihuan.reports.reading import Block, Cell, cells_of, fill_slots, slot, slots, split_slots
from bihuan.reports.verdict import Problem

_ALIKE = 0.5
_MAX_PAIRS = 250_000
_EXCERPT = 50


def compare(manifest: Manifest, blocks: list[Block]) -> list[Problem]:
    """Every difference between the remembered text and ``blocks``."""
    return list(_Comparison(manifest, blocks).problems())


class _Comparison:
    def __init__(self, manifest: Manifest, blocks: list[Block]) -> None:
        self.figures = manifest.figures
        self.uses = {use.id: use for use in manifest.uses}
        self.stated = {use.id: self._stated(use) for use in manifest.uses}
        self.old = [(key, table) for key, table in zip(manifest.text, manifest.tables, strict=True) if key]
        self.foreign: list[tuple[Cell, int, int]] = []
        self.spans: dict[int, list[tuple[Cell, int, int]]] = defaultdict(list)
        for block in blocks:
            for cell in block.cells:
                self._sort_spans(cell)
        self.new = [block for block in blocks if block.key]
        self.pairs = Pairing(self.old, self.new).pairs

    def _sort_spans(self, cell: Cell) -> None:
        """Note where each figure stands, without the words that were typed into its bookmark beside the number."""
        found, cell.spans = cell.spans, []
        for start, end, use in found:
            if use not in self.uses:
                self.foreign.append((cell, start, end))
                continue
            of_number = _within(cell.text[start:end], self.stated[use], start) or (start, end)
            cell.spans.append((*of_number, use))
            self.spans[use].append((cell, *of_number))

    def _stated(self, use: Use) -> str:
        return self.figures[use.ref].value if use.ref in self.figures else ""

    def problems(self) -> Iterator[Problem]:
        remembered = {use: number for number, (key, _) in enumerate(self.old) for use in slots(key)}
        for use in self.uses.values():
            yield from self._check_use(use, remembered.get(use.id))
        for cell, start, end in self.foreign:
            yield self._unlisted(cell, cell.text[start:end])
        for number, (key, table) in enumerate(self.old):
            at = self.pairs.get(number)
            if at is None:
                yield from self._vanished(key, table)
            elif self.new[at].key != key:
                yield from self._changed(key, self.new[at])
        taken = set(self.pairs.values())
        for number, block in enumerate(self.new):
            if number not in taken:
                yield from self._added(block)

    # ---- figures ----------------------------------------------------------------------------------------------

    def _check_use(self, use: Use, remembered: int | None) -> Iterator[Problem]:
        """A figure at one place: found by its bookmark, or else by the text around it."""
        if use.ref not in self.figures or remembered is None:
            yield self._about(use, "manifest-altered", "校验清单前后不一致：这一处没有对应的数据项或文字。")
            return
        key = self.old[remembered][0]
        expected = {normalised(self.stated[use.id]), normalised(self._expected(key, use.id))}
        found = self.spans.get(use.id)
        if found:
            for cell, start, end in found:
                seen = widened(cell.text, start, end)
                if not seen:
                    yield self._removed(use)
                elif normalised(seen) not in expected:
                    yield self._edited(use, seen)
            return
        pair = self.pairs.get(remembered)
        yield from self._check_without_bookmark(use, key, None if pair is None else self.new[pair])

    def _expected(self, key: str, use: int) -> str:
        """The number with what touched it when the report was written (a template may say 第{{ … }}项)."""
        before, _, after = key.partition(slot(use))
        start = fill_slots(before, self.stated)
        whole = start + self.stated[use] + fill_slots(after, self.stated)
        return widened(whole, len(start), len(start) + len(self.stated[use]))

    def _check_without_bookmark(self, use: Use, key: str, block: Block | None) -> Iterator[Problem]:
        if block is None:
            yield self._removed(use)
            return
        printed = self._in_place_of(use.id, key, block)
        if printed is None and normalised(self.stated[use.id]) in _outside(block):
            message = f"{use.place}：原句和数字的标记都已改动，文中仍有“{self.stated[use.id]}”，请人工核对。"
            yield self._about(use, "unanchored", message)
        elif not printed:
            yield self._removed(use)
        elif normalised(printed) != normalised(self.stated[use.id]):
            yield self._edited(use, printed)

    def _in_place_of(self, use: int, key: str, block: Block) -> str | None:
        """What stands where use ``use`` stood: the words around it unchanged, or its cell of the same row."""
        spanned = {id_ for cell in block.cells for _, _, id_ in cell.spans}
        pieces = split_slots(key)
        pattern = re.escape(pieces[0])
        for id_, literal in zip(pieces[1::2], pieces[2::2], strict=True):
            here = re.escape(slot(int(id_))) if int(id_) in spanned else f"(?P<u{id_}>[^\x1f]*?)"
            pattern += here + re.escape(literal)
        match = re.fullmatch(pattern, block.key, re.DOTALL)
        if match:
            return str(match[f"u{use}"])
        cells = cells_of(key)
        if 1 < len(cells) <= len(block.cells):
            return next(
                (new.text for old, new in zip(cells, block.cells, strict=False) if old == slot(use)), None
            )
        return None

    # ---- words, cells and rows --------------------------------------------------------------------------------

    def _changed(self, key: str, block: Block) -> Iterator[Problem]:
        cells = cells_of(key)
        if block.table:
            yield from self._changed_row(cells, block)
        else:
            yield from self._changed_text(key, block)

    def _changed_row(self, cells: list[str], block: Block) -> Iterator[Problem]:
        """Cells that the ledger filled must say what they said; cells added on the right are somebody's own."""
        place = f"{block.context}“{_short(block.cells[0].text)}”行"
        if len(block.cells) < len(cells):
            message = f"{place}：原有{len(cells)}格，现有{len(block.cells)}格。"
            yield Problem("row", message, printed=block.text, place=place)
            return
        for number, (old, new) in enumerate(zip(cells, block.cells, strict=False)):
            if old == new.slotted() or (any(slots(old)) and not new.spans):
                continue
            where = f"{place}“{block.heads[number]}”列" if number < len(block.heads) else place
            was = fill_slots(old, self.stated)
            yield Problem(
                "cell",
                f"{where}：现为“{new.text}”，生成时为“{was}”。",
                stated=was,
                printed=new.text,
                place=where,
            )
        extra = Block(block.part, block.cells[len(cells) :], block.table, block.context)
        yield from self._numbers(_outside(extra), extra)

    def _changed_text(self, key: str, block: Block) -> Iterator[Problem]:
        marked = {id_ for cell in block.cells for _, _, id_ in cell.spans}
        loose = (use for use in slots(key) if use not in marked)  # checked as figures without a bookmark
        literals = (*split_slots(key)[::2], *(self.stated.get(use, "") for use in loose))
        yield from self._numbers(_outside(block) - Counter(tokens(" ".join(literals))), block)
        was, now = fill_slots(key, self.stated), block.text
        if any(slots(key)) and _words(was) != _words(now):
            message = f"带数据的句子改过措辞，请核对意思是否仍与数据相符：现为“{_short(now)}”，生成时为“{_short(was)}”。"
            yield Problem("wording", message, stated=was, printed=now, place=block.context)

    def _vanished(self, key: str, table: int) -> Iterator[Problem]:
        was = fill_slots(key.replace("\x1f", "｜"), self.stated)
        if table:
            yield Problem("row", f"表格里少了一行：“{_short(was)}”。", stated=was)
        elif not any(slots(key)):
            yield Problem("deleted", f"生成时有的一段已不在文中：“{_short(was)}”。", stated=was)

    def _added(self, block: Block) -> Iterator[Problem]:
        yield from self._numbers(_outside(block), block)

    def _numbers(self, added: Counter[str], block: Block) -> Iterator[Problem]:
        for number in added:
            message = f"“{number}”没有数据项支撑，是后来加的或改的：“{_short(block.text)}”。"
            yield Problem("number", message, printed=number, place=block.context)

    # ---- findings ---------------------------------------------------------------------------------------------

    def _about(self, use: Use, kind: str, message: str, *, printed: str = "") -> Problem:
        figure = self.figures.get(use.ref)
        return Problem(
            kind,
            message,
            ref=use.ref,
            label=figure.label if figure else "",
            stated=self.stated[use.id],
            printed=printed,
            place=use.place,
        )

    def _edited(self, use: Use, printed: str) -> Problem:
        was, label = self.stated[use.id], self.figures[use.ref].label
        message = f"{use.place}：“{label}”现写作“{printed}”，生成时为“{was}”。"
        return self._about(use, "edited", message, printed=printed)

    def _removed(self, use: Use) -> Problem:
        label = self.figures[use.ref].label
        return self._about(use, "removed", f"{use.place}：“{label}”{self.stated[use.id]}已不在文中。")

    def _unlisted(self, cell: Cell, printed: str) -> Problem:
        message = f"“{_short(cell.text)}”里的“{printed}”带有数据标记，校验清单里却没有它。"
        return Problem("unlisted", message, printed=printed)


class Pairing:
    """Which remembered text became which block: ``pairs`` maps the index of the one to that of the other.

    Equal texts first, wherever they stand now; then those that share a figure's bookmark; then rows with the same first cell;
    then paragraphs that resemble each other, best first.
    """

    def __init__(self, old: list[tuple[str, int]], new: list[Block]) -> None:
        self.old, self.new = old, new
        self.pairs: dict[int, int] = {}
        self._free_old = dict.fromkeys(range(len(old)))
        self._free_new = dict.fromkeys(range(len(new)))
        self._by(lambda number: old[number][0], lambda number: new[number].key)
        self._by_bookmarks()
        self._by(self._old_label, self._new_label)
        self._by_likeness()

    def _pair(self, old: int, new: int) -> None:
        self.pairs[old] = new
        del self._free_old[old], self._free_new[new]

    def _by(self, old_key: Callable[[int], object], new_key: Callable[[int], object]) -> None:
        """Pair what has the same key, in order; None is no key."""
        waiting: dict[object, deque[int]] = defaultdict(deque)
        for number in self._free_new:
            waiting[new_key(number)].append(number)
        for number in list(self._free_old):
            key = old_key(number)
            if key is not None and waiting[key]:
                self._pair(number, waiting[key].popleft())

    def _by_bookmarks(self) -> None:
        owner = {use: number for number in self._free_old for use in slots(self.old[number][0])}
        for number in list(self._free_new):
            uses = [use for cell in self.new[number].cells for _, _, use in cell.spans]
            owners = [owner[use] for use in uses if owner.get(use) in self._free_old]
            if owners:
                self._pair(Counter(owners).most_common(1)[0][0], number)

    def _old_label(self, number: int) -> object:
        key, table = self.old[number]
        return (table, cells_of(key)[0]) if table else None

    def _new_label(self, number: int) -> object:
        block = self.new[number]
        return (block.table, block.cells[0].slotted()) if block.table else None

    def _by_likeness(self) -> None:
        """Pair what resembles each other; where there is too much of it, only the same order could, and does not."""
        if len(self._free_old) * len(self._free_new) > _MAX_PAIRS:
            return
        scores = []
        for old in self._free_old:
            matcher = difflib.SequenceMatcher(None, autojunk=False)
            matcher.set_seq2("".join(split_slots(self.old[old][0])[::2]))
            for new in self._free_new:
                if bool(self.old[old][1]) == bool(self.new[new].table):
                    matcher.set_seq1(self.new[new].key)
                    if matcher.quick_ratio() >= _ALIKE and (ratio := matcher.ratio()) >= _ALIKE:
                        scores.append((ratio, -old, -new))
        for _, old, new in sorted(scores, reverse=True):
            if -old in self._free_old and -new in self._free_new:
                self._pair(-old, -new)


def _within(text: str, stated: str, offset: int) -> tuple[int, int] | None:
    """Where in ``text`` the number ``stated`` stands by itself, moved by ``offset``; None where it does not."""
    at = text.find(stated)
    end = at + len(stated)
    return (offset + at, offset + end) if at >= 0 and widened(text, at, end) == stated else None


def _outside(block: Block) -> Counter[str]:
    """The numbers of ``block`` that are in no figure's bookmark."""
    return Counter(
        token for cell in block.cells for text in split_slots(cell.slotted())[::2] for token in tokens(text)
    )


def _words(text: str) -> str:
    """``text`` without its numbers, which are compared by themselves."""
    return "".join(character for character in text if not character.isdigit() and character not in ".,%％ ")


def _short(text: str) -> str:
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}……"
