"""Inspections as rows: what a plan reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules.inspection import STANDING, Reach


def reach_of(rows: Rows, inspection: Row) -> Reach:
    """Return what the plan of ``inspection`` covers."""
    paths = tuple(rows.get("unit", u)["path"] for u in inspection["units"])
    contents = tuple(inspection["contents"])
    return Reach(inspection["id"], paths, inspection["starts"], inspection["ends"], contents)


def meeting(rows: Rows, inspection: Row) -> list[Row]:
    """Return the other inspections, but for those cancelled, that inspect one of its units on one of its days; by id."""
    mine = reach_of(rows, inspection)
    others = [r for r in rows.every("inspection") if r["id"] != mine.id and r["state"] != "cancelled"]
    return sorted((r for r in others if mine.meets(reach_of(rows, r))), key=lambda r: int(r["id"]))


def earlier(rows: Rows, inspection: Row, within: timedelta) -> list[Row]:
    """Return the other approved inspections of one of its units that ended before it begins, ``within`` that time; by id."""
    mine = reach_of(rows, inspection)
    before = replace(mine, starts=mine.starts - within, ends=mine.starts - timedelta(days=1))
    others = [r for r in rows.every("inspection") if r["id"] != mine.id and r["state"] in STANDING]
    found = [r for r in others if before.meets(reach_of(rows, r)) and not mine.meets(reach_of(rows, r))]
    return sorted(found, key=lambda r: int(r["id"]))
