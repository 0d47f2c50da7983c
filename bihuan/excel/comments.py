"""Comments (批注) that hang on cells: they are not imported, so each is named."""

from __future__ import annotations

import re
import zipfile

from bihuan.excel import package as pkg
from bihuan.excel.book import Sheet, column_index

_NAME = re.compile(r"([A-Z]{1,3})(\d+)")


def note_comments(sheet: Sheet, package: zipfile.ZipFile, part: str) -> None:
    """Add a hint for each comment on the sheet that ``part`` holds."""
    for link in pkg.links(package, part):
        tree = pkg.xml(package, link.target) if link.kind == "comments" else None
        for element in [] if tree is None else tree.iter():
            place = _NAME.fullmatch(element.get("ref", "")) if pkg.local(element) == "comment" else None
            if place:
                text = "".join(element.itertext()).strip()
                message = "这一格有批注，批注不导入；需要的内容请写进单元格。"
                sheet.note(int(place[2]), column_index(place[1]), text, message, "hint")
