"""The text of an HTML page: a line a block; scripts, styles and menus are left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from bihuan.library.extract.decode import decode

_SKIPPED = frozenset(
    {"script", "style", "template", "noscript", "nav", "select", "button", "svg", "iframe", "object"}
)
_BLOCKS = frozenset(
    "p div br tr li ul ol dl dt dd table h1 h2 h3 h4 h5 h6 section article header footer blockquote pre hr title form".split()
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_NAMES = {"gb2312": "gb18030", "gbk": "gb18030"}
_SPACE = re.compile(r"[ \t\r\n\f\v]+")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self.skipping += 1
        elif tag in _BLOCKS:
            self.lines.append("")
        elif tag in {"td", "th"} and self.lines[-1].strip():
            self.lines[-1] += "\t"

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        elif tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.lines[-1] += _SPACE.sub(" ", data)


def html_text(data: bytes) -> str:
    """Return the text of a page in the charset that it declares, else in the one that its bytes show."""
    declared = _CHARSET.search(data[:4096])
    name = declared[1].decode("ascii").lower() if declared else ""
    try:
        source = data.decode(_NAMES.get(name, name)) if name else decode(data)[0]
    except (LookupError, UnicodeDecodeError):
        source = decode(data)[0]
    reader = _Text()
    reader.feed(source)
    reader.close()
    return "\n".join(line.strip(" ") for line in reader.lines if line.strip())
