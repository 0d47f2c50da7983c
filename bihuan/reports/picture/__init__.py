"""A campaign or a tough problem on one page (作战图, 一图读懂): laid out by code of our own, as SVG, PNG and an A3 page."""

from collections.abc import Callable

from bihuan.reports.picture.campaign import draw_campaign
from bihuan.reports.picture.item import draw_item
from bihuan.reports.picture.png import png_of
from bihuan.reports.picture.sheet import Sheet
from bihuan.reports.picture.svg import svg_of

__all__ = ["WRITERS", "Sheet", "draw_campaign", "draw_item", "png_of", "svg_of"]


def _svg(sheet: Sheet) -> bytes:
    return svg_of(sheet).encode()


#: Kind of file → what writes it.
WRITERS: dict[str, Callable[[Sheet], bytes]] = {"svg": _svg, "png": png_of}
