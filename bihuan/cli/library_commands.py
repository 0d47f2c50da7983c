"""library."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bihuan.cli.output import answer
from bihuan.library.extract import extract_one
from bihuan.library.split import Part
from bihuan.library.split import split as split_text

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="文件")


@click.group()
def library() -> None:
    """素材库：收文、拆分汇编、精确查找、比对雷同、下载。"""


@library.command()
@_FILE
@click.option("--text", "with_text", is_flag=True, help="一并给出提取的全文；start、end 是其中的字符位置。")
@_JSON
def split(file: Path, with_text: bool, as_json: bool) -> None:
    """把一个汇编文件拆成各篇文档，列出去掉的广告、付费提示、页码等；不存入素材库。"""
    read = extract_one(file.read_bytes(), file.name)
    parts = split_text(read.text)
    found: dict[str, Any] = {"file": file.name, "format": read.format, "length": len(read.text)}
    found["documents"] = [_part(part) for part in parts]
    if with_text:
        found["text"] = read.text
    answer(found, as_json=as_json, text=_parts_text(parts, read.text if with_text else ""))


def _part(part: Part) -> dict[str, Any]:
    return {
        "title": part.title,
        "kind": part.kind or None,
        "start": part.start,
        "end": part.end,
        "removed": [asdict(run) for run in part.removed],
    }


def _parts_text(parts: list[Part], text: str) -> str:
    lines = [f"共 {len(parts)} 篇。"]
    for no, part in enumerate(parts, start=1):
        lines.append(f"{no}. {part.title}｜{part.kind or '种类不明'}｜第 {part.start}～{part.end} 字")
        lines += [f"   去掉（{run.why}，第 {run.start} 字）：{run.text}" for run in part.removed]
    return "\n".join([*lines, text] if text else lines)


COMMANDS = {"library": library}
