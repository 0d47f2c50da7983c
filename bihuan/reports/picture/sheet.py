"""A page of shapes: what a picture is made of before it becomes SVG. An A3 page, four units a millimetre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bihuan.reports.picture.texts import fitted, width, wrapped

WIDE, HIGH, MARGIN = 1680.0, 1188.0, 44.0
INK, QUIET, RULE, SOFT = "#1c2733", "#566573", "#c9d2dc", "#f1f4f8"
MAIN, BAD, PAPER = "#1b5aa7", "#b3261e", "#ffffff"
#: Colour → the strong tone of its lamp and the soft one behind words.
TONES = {
    "red": ("#d5352b", "#fbe0dd"),
    "orange": ("#e67a1f", "#fde8d5"),
    "yellow": ("#e5b017", "#fcf1cd"),
    "blue": ("#2f7bd0", "#dceafa"),
    "green": ("#37a062", "#d9f0e2"),
    "none": ("#8b98a5", "#e8ecf0"),
}
#: How far letters reach above and below their base line, in parts of their size.
ASCENT, DESCENT = 0.88, 0.24


@dataclass(frozen=True)
class Text:
    """Words at a base line; ``anchor`` start, middle or end; ``told`` is the full wording of what was shortened."""

    x: float
    y: float
    words: str
    size: float
    fill: str = INK
    anchor: str = "start"
    bold: bool = False
    told: str = ""
    item: int = 0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what it may cover."""
        wide = width(self.words, self.size)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return left, self.y - ASCENT * self.size, left + wide, self.y + DESCENT * self.size


@dataclass(frozen=True)
class Rect:
    """A rectangle; ``dashed`` draws its outline in dashes."""

    x: float
    y: float
    wide: float
    high: float
    fill: str
    stroke: str = ""
    dashed: bool = False
    round: float = 0.0


@dataclass(frozen=True)
class Line:
    """A line of ``wide``, in dashes if so wanted."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    wide: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class Shape:
    """A closed shape by its corners; ``told`` is what it says to whoever points at it."""

    corners: tuple[tuple[float, float], ...]
    fill: str
    stroke: str = ""
    told: str = ""


@dataclass
class Sheet:
    """The shapes of one page, in the order in which they are drawn, and what the picture is called and says in a sentence."""

    title: str
    told: str
    shapes: list[Text | Rect | Line | Shape] = field(default_factory=list)

    def add(self, *shapes: Text | Rect | Line | Shape) -> None:
        """Draw ``shapes`` on top."""
        self.shapes.extend(shapes)

    @property
    def texts(self) -> list[Text]:
        """All words."""
        return [shape for shape in self.shapes if isinstance(shape, Text) and shape.words]

    def line(
        self, x: float, y: float, words: str, size: float, room: float, *,
        fill: str = INK, anchor: str = "start", bold: bool = False, item: int = 0,
    ) -> None:  # fmt: skip
        """Write one line that takes no more than ``room``; shortened, it tells its whole when pointed at."""
        whole = " ".join(words.split())
        short = fitted(whole, size, room)
        if short:
            self.add(
                Text(x, y, short, size, fill, anchor, bold, told=whole if short != whole else "", item=item)
            )

    def lines(
        self, x: float, y: float, words: str, size: float, room: float, most: int, *,
        fill: str = INK, bold: bool = False, lead: float = 1.4, item: int = 0,
    ) -> int:  # fmt: skip
        """Write at most ``most`` lines down from the base line ``y``; return how many there were."""
        whole = " ".join(words.split())
        found: Sequence[str] = wrapped(whole, size, room, most)
        cut = bool(found) and found[-1].endswith("…") and not whole.endswith(found[-1])
        for number, line in enumerate(found):
            told = whole if cut and number == len(found) - 1 else ""
            self.add(Text(x, y + number * size * lead, line, size, fill, bold=bold, told=told, item=item))
        return len(found)


def diamond(x: float, y: float, half: float) -> tuple[tuple[float, float], ...]:
    """Return the corners of a diamond around a point."""
    return ((x, y - half), (x + half, y), (x, y + half), (x - half, y))
