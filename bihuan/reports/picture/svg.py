"""A sheet as SVG: text stays text, styles are attributes (a strict policy forbids others), nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

from bihuan.reports.marks import printable
from bihuan.reports.picture.sheet import HIGH, WIDE, Line, Rect, Shape, Sheet, Text

FONTS = (
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', "
    "SimHei, 'WenQuanYi Micro Hei', sans-serif"
)
Link = Callable[[int], str]


def svg_of(sheet: Sheet, link: Link | None = None) -> str:
    """Return ``sheet`` as an SVG of one A3 page; ``link`` gives the address of an item, without it there are no links."""
    shapes = "\n".join(_shape(shape, link) for shape in sheet.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="420mm" height="297mm" viewBox="0 0 {_n(WIDE)} {_n(HIGH)}" '
        f'role="{"group" if link else "img"}" aria-label={_a(sheet.title)} font-family="{FONTS}">\n'
        f"<title>{_t(sheet.title)}</title>\n<desc>{_t(sheet.told)}</desc>\n"
        f'<rect width="{_n(WIDE)}" height="{_n(HIGH)}" fill="#ffffff"/>\n{shapes}\n</svg>\n'
    )


def _shape(shape: Text | Rect | Line | Shape, link: Link | None) -> str:
    if isinstance(shape, Text):
        return _text(shape, link)
    if isinstance(shape, Rect):
        return _rect(shape)
    if isinstance(shape, Line):
        return (
            f'<line x1="{_n(shape.x1)}" y1="{_n(shape.y1)}" x2="{_n(shape.x2)}" y2="{_n(shape.y2)}" '
            f'stroke="{shape.stroke}" stroke-width="{_n(shape.wide)}"{_dashes(shape.dashed)}/>'
        )
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.corners)
    inside = f"<title>{_t(shape.told)}</title>" if shape.told else ""
    return f'<polygon points="{points}" fill="{shape.fill}"{_stroke(shape.stroke)}>{inside}</polygon>'


def _text(text: Text, link: Link | None) -> str:
    more = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    more += ' font-weight="700"' if text.bold else ""
    inside = f"<title>{_t(text.told)}</title>" if text.told else ""
    drawn = (
        f'<text x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}" fill="{text.fill}"{more}>'
        f"{inside}{_t(text.words)}</text>"
    )
    return f"<a href={_a(link(text.item))}>{drawn}</a>" if link and text.item else drawn


def _rect(rect: Rect) -> str:
    rounded = f' rx="{_n(rect.round)}"' if rect.round else ""
    return (
        f'<rect x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(max(rect.wide, 0))}" height="{_n(max(rect.high, 0))}"{rounded} '
        f'fill="{rect.fill}"{_stroke(rect.stroke)}{_dashes(rect.dashed)}/>'
    )


def _stroke(stroke: str) -> str:
    return f' stroke="{stroke}"' if stroke else ""


def _dashes(dashed: bool) -> str:
    return ' stroke-dasharray="4 3"' if dashed else ""


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _t(text: str) -> str:
    return escape(printable(text))


def _a(text: str) -> str:
    return quoteattr(printable(text))
