"""What is measured, each in a process of its own on the database that its environment names."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.cell_range import CellRange

from bihuan.actions import do
from bihuan.cli.bench.fill import fill_list, fill_mixed
from bihuan.cli.bench.house import START, found_house, read_house
from bihuan.clock.tick import tick
from bihuan.excel.files import import_file
from bihuan.ledger.export import export
from bihuan.ledger.rebuild import rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Item
from bihuan.queries.items import Filter, page_of
from bihuan.queries.overview import overview

Progress = Callable[[int], None]
_ROUNDS = 6
_AT = START + timedelta(days=600)


def write_workbook(path: str, rows: int, progress: Progress) -> int:
    """Write a layout-B ledger of ``rows`` measure rows under two header rows, three to a problem; returns the problems."""
    book = Workbook()
    page = book.active
    assert page is not None
    heads = ("序号", "反馈问题", "", "整改措施", "整改责任", "", "", "整改时限", "整改情况", "")
    page.append(heads)
    page.append(("", "类别", "具体问题", "", "牵头领导", "牵头单位", "配合单位", "", "进展", "整改状态"))
    for area in ("A1:A2", "B1:C1", "D1:D2", "E1:G1", "H1:H2", "I1:J1"):
        page.merge_cells(area)
    for row in range(rows):
        no = row // 3 + 1
        first = row % 3 == 0
        page.append(_problem(no, row) if first else (None, None, None, _measure(row), *([None] * 6)))
    merged = page.merged_cells.ranges  # merge_cells compares each area with all before it
    for no in range((rows + 2) // 3):
        top, last = 3 + no * 3, min(5 + no * 3, rows + 2)
        for column in "ABCEFGHIJ" if last > top else "":
            merged.add(CellRange(f"{column}{top}:{column}{last}"))
    book.save(path)
    return (rows + 2) // 3


def _problem(no: int, row: int) -> tuple[Any, ...]:
    return (
        no, f"类别{no % 12}", f"第{no}个问题：路面破损长期未修复，群众反映强烈，多次交办未见成效。", _measure(row), "分管县领导",
        f"第{no % 50 + 1}镇人民政府", f"第{no % 49 + 2}镇人民政府", f"2025年{no % 9 + 4}月底前", "正在推进。", "正在整改",
    )  # fmt: skip


def _measure(row: int) -> str:
    return f"组织相关部门现场会商，制定第{row}号方案，倒排工期逐项推进。"


def read_with_openpyxl(path: str, progress: Progress) -> int:
    """Merely read the workbook, as the reference: read_only, values_only."""
    book = load_workbook(path, read_only=True)
    return sum(1 for sheet in book for _ in sheet.iter_rows(values_only=True))


def import_workbook(path: str, progress: Progress) -> int:
    """Import the workbook from its bytes to the committed ledger."""
    house = read_house()
    source = Path(path).read_bytes()
    return import_file(source, "台账.xlsx", house.registers[0].pk, house.supervisor, START)[1].registered


def found(progress: Progress) -> int:
    """Open a ledger."""
    found_house()
    return 1


def fill_items(items: int, progress: Progress) -> int:
    """Fill a ledger with items as imports leave them."""
    entries = fill_list(items, progress)
    _analyse()
    return entries


def fill_punctual(items: int, progress: Progress) -> int:
    """Fill a ledger with items for which the clock has entered what fell due, as it does in an office every minute."""
    entries = fill_items(items, progress)
    return entries + tick(_AT)


def fill_entries(entries: int, progress: Progress) -> int:
    """Fill a ledger with whole lives."""
    return fill_mixed(entries, progress)


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_bare(progress: Progress) -> int:
    """Make the table of the bare transactions."""
    key = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "BIGSERIAL PRIMARY KEY"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare (id {key}, value INTEGER)")
    return 1


def by_turns(windows: int, seconds: float, clients: int, client: int, progress: Progress) -> list[int]:
    """Commit bare one-row transactions and take durable actions by turns, ``seconds`` each, together with the other clients.

    Returns how often each was done in ``windows`` pairs: bare, acted, bare, … What else the machine does meanwhile slows both.
    """
    works = (_bare(client), _reports(client, clients))
    for work in works:
        work()
    begin = _together(clients, client)
    counts = [0] * (2 * windows)
    while (window := int((time.time() - begin) / seconds)) < len(counts):
        works[window % 2]()
        counts[window] += 1
    return counts


def _together(clients: int, client: int) -> float:
    """Wait until every client is ready; returns the moment at which all begin."""
    home = Path(os.environ["BIHUAN_HOME"])
    (home / f"ready-{client}").touch()
    while len(ready := list(home.glob("ready-*"))) < clients:
        time.sleep(0.01)
    return max(path.stat().st_mtime for path in ready) + 0.2


def _bare(client: int) -> Callable[[], None]:
    def one() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bare (value) VALUES (%s)", [client])

    return one


def _reports(client: int, clients: int) -> Callable[[], None]:
    """Reports of progress on items of one's own."""
    house = read_house()
    working = Item.objects.filter(state="working").order_by("id")
    mine = [
        (item, house.handlers[owner])
        for item, owner in working.values_list("id", "owner_id")[:4000]
        if item % clients == client and owner in house.handlers
    ]
    turn = count()

    def one() -> None:
        no = next(turn)
        item, handler = mine[no % len(mine)]
        do(
            "report",
            item,
            handler,
            _AT + timedelta(milliseconds=no),
            text=f"第{no}次反馈：正在推进。",
            percent=no % 100,
        )

    return one


def read_pages(progress: Progress) -> dict[str, Any]:
    """Time the overview and the first page of filtered, sorted lists: the median of several rounds, and their queries.

    It is processor time, of the embedded database too: the same on a machine that is busy otherwise.
    """
    house = read_house()
    ids = tuple(r.pk for r in house.registers)
    unit = house.units[7]
    looks: dict[str, Callable[[], object]] = {
        "overview": lambda: overview(house.registers, _AT),
        "list_state": lambda: page_of(Filter(ids, states=("working",))),
        "list_colour": lambda: page_of(Filter(ids, colours=("red",))),
        "list_unit": lambda: page_of(Filter(ids, owner=unit)),
        "list_changed": lambda: page_of(Filter(ids, states=("working",)), sort="changed"),
    }
    return {name: _look(look) for name, look in looks.items()}


def _look(look: Callable[[], object]) -> dict[str, float]:
    look()
    with CaptureQueriesContext(connection) as queries:
        look()
    times = []
    for _ in range(_ROUNDS * 3):
        begun = time.process_time()
        look()
        times.append(time.process_time() - begun)
    return {"ms": statistics.median(times) * 1000, "queries": len(queries)}


def verify_ledger(progress: Progress) -> int:
    """Verify the ledger; returns its entries."""
    verdict = verify()
    if not verdict.ok:
        raise SystemExit("\n".join(verdict.problems))
    return verdict.entries


def rebuild_ledger(progress: Progress) -> int:
    """Rebuild every projection; returns the entries folded."""
    return rebuild()


def export_ledger(path: str, progress: Progress) -> int:
    """Export the ledger to ``path``; returns the entries written."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as out:
        return export(out)
