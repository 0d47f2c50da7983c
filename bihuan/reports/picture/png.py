"""A sheet as PNG, drawn by resvg with the fonts of this machine; without a Chinese font it says so, for it would draw boxes."""

from __future__ import annotations

import resvg_py

from bihuan.reports.picture.sheet import WIDE, Sheet
from bihuan.reports.picture.svg import FONTS, svg_of
from bihuan.rules.errors import Missing

#: Dots for each unit of the sheet: twice makes an A3 page of 200 dots an inch.
SCALE = 2


class NoChineseFont(Missing):
    """服务器上没有中文字体，画不出 PNG。"""

    code = "no-chinese-font"
    default_hint = "请系统管理员安装中文字体（如 Debian 的 fonts-noto-cjk）；SVG 图不受影响，可下载 SVG 或在浏览器里打印。"


def png_of(sheet: Sheet) -> bytes:
    """Return ``sheet`` as PNG. Raises ``NoChineseFont``."""
    if not can_draw_chinese():
        raise NoChineseFont
    # without dots an inch its millimetres come to nothing
    return resvg_py.svg_to_bytes(svg_string=svg_of(sheet), width=int(WIDE * SCALE), dpi=96)


def can_draw_chinese() -> bool:
    """Whether two different characters come out different: without a font both are the same box, or nothing."""
    return _drawn("闭") != _drawn("环")


def _drawn(character: str) -> bytes:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><text x="4" y="26" font-size="24" '
        f'font-family="{FONTS}">{character}</text></svg>'
    )
    return resvg_py.svg_to_bytes(svg_string=svg)
