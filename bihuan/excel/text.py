"""One spelling for what people type into cells, without changing what they say."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache

from bihuan.excel.book import Value

_FULL_WIDTH = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_FULL_WIDTH |= {ord("％"): ord("%"), ord("\u3000"): ord(" "), ord("\xa0"): ord(" "), ord("\r"): ord("\n")}
_FULL_WIDTH |= {ord("\t"): ord(" "), ord("\x0b"): ord("\n"), ord("\x0c"): ord("\n"), 0x2028: ord("\n")}
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xAD, 0))
_TABLE = {**_FULL_WIDTH, **_INVISIBLE}

_ODD = re.compile("[" + "".join(map(re.escape, map(chr, _TABLE))) + r"]|\n[ \n]| \n")
_SPACES_AT_BREAK = re.compile(r" *\n[ \n]*")
_SPACE = re.compile(r"\s+")
_CJK = r"\u4e00-\u9fff"
_LOOKS = re.compile(rf"(?<=[{_CJK}（）]) | (?=[{_CJK}（）])")

PLACEHOLDERS = frozenset(
    {"", "-", "--", "—", "——", "－", "―", "/", "／", "\\", "无", "暂无", "空", "N/A", "n/a", "NA", "#N/A"}
)
"""What people type into a cell that has nothing to say."""


@lru_cache(maxsize=65_536)
def clean(text: str) -> str:
    """Full-width digits and letters made plain, invisible marks gone, spaces and empty lines at the ends gone."""
    if _ODD.search(text):
        text = text.replace("\r\n", "\n").translate(_TABLE)
        text = _SPACES_AT_BREAK.sub("\n", text)
    return text.strip()


def shown(value: Value) -> str:
    """A value as the sheet shows it: whole numbers without ``.0``, days as ISO dates."""
    if isinstance(value, str):
        return clean(value) if value else ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(round(value, 10))
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat(" ", "minutes")
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)


def squeeze(text: str) -> str:
    """Without any blanks: for headers and names, which people space out to look well."""
    return "".join(text.split())


def one_line(text: str) -> str:
    """On one line, without the blanks beside Chinese characters, which only serve the looks."""
    return _LOOKS.sub("", _SPACE.sub(" ", text)).strip()


_STEP = re.compile(
    r"\d{1,2}[.．、)）]|[（(](?:\d{1,2}|[一二三四五六七八九十]{1,3})[）)]|[一二三四五六七八九十]{1,3}[、是]|[①-⓿•●·-]"
)
_ENDS = "。；;！!？?：:）)”.…"


def unwrap(text: str) -> str:
    """Join lines that were broken only to fit the cell; a line that ends a sentence keeps its break."""
    if "\n" not in text:
        return text
    joined: list[str] = []
    for line in text.split("\n"):
        if joined and joined[-1][-1:] not in _ENDS and not _STEP.match(line):
            blank = " " if joined[-1][-1:].isascii() and line[:1].isascii() else ""
            joined[-1] += blank + line
        else:
            joined.append(line)
    return "\n".join(joined)
