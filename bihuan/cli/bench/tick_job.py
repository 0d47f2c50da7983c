"""What the measurement of the clock runs in processes of its own, on the database that their environment names.

``python -m bihuan.cli.bench.tick_job fill ITEMS GROUPS DUE`` founds a ledger; ``… tick GROUP`` and ``… batches GROUP`` handle
what is due of a group, all of it or a batch at a time, once told to on stdin. Each line written is a JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

#: When every measured ledger begins; nothing depends on the day of the measurement.
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
_PAGE = 2_000
_UNITS = 100
_FAR = date(2026, 12, 1)
#: The items of group 0 are due at the end of this day, those of the next groups two days later each.
_NEAR = date(2026, 3, 31)
_STEP = timedelta(days=2)
#: The last week before the due day has begun for the group, and for no later one.
_TURNED = datetime(2026, 3, 24, 16, tzinfo=UTC)


def turned(group: int) -> datetime:
    """Return an instant at which everything of ``group`` has turned yellow and nothing of the next group."""
    return _TURNED + group * _STEP


def fill(items: int, groups: int, due: int) -> None:
    """Found a ledger of ``items`` open items; in each of ``groups`` groups ``due`` of them, spread evenly, fall due together."""
    from django.db import connection

    from bihuan.ledger.append import writing

    register, units = _found()
    with writing(START) as ledger:
        ledger.lock_all()
        for no in range(items):
            ledger.append(_item(no, items // due, groups, register, units))
            if no % _PAGE == _PAGE - 1:
                ledger.checkpoint()
                _say(done=no + 1)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _found() -> tuple[int, list[int]]:
    from bihuan.actions import house
    from bihuan.actions.founding import prepare_database
    from bihuan.ledger.append import open_ledger
    from bihuan.rules.permissions import SYSTEM

    prepare_database()
    open_ledger("测速", "sha256", START)
    root = house.create_unit(SYSTEM, START, "某县")
    units = [house.create_unit(SYSTEM, START, f"第{no + 1}镇人民政府", parent=root) for no in range(_UNITS)]
    procedure = house.publish_builtin(SYSTEM, START)["rectification"]
    campaign = house.create_campaign(SYSTEM, START, "测速专项", root)
    return house.create_register(SYSTEM, START, campaign, "问题清单", procedure), units


def _item(no: int, stride: int, groups: int, register: int, units: list[int]) -> Any:
    """Item ``no``: the first ones of each stride belong to the groups, spread over the stride."""
    from bihuan.rules.events import ItemRegistered

    place, gap = no % stride, max(1, stride // groups)
    group = place // gap if place % gap == 0 and place // gap < groups else None
    due = _FAR + no % 28 * timedelta(days=1) if group is None else _NEAR + group * _STEP
    return ItemRegistered(
        register=register,
        no=no + 1,
        number=f"测〔2026〕{no + 1}号",
        series="测〔2026〕{no}号",
        title=f"第{no + 1}个问题：路面破损长期未修复",
        state="working",
        klass=f"类别{no % 12}",
        owner=units[no * 7 % len(units)],
        due=due.isoformat(),
        measures=[{"text": "倒排工期逐项推进"}],
    )


def tick(group: int) -> None:
    """Handle what is due of ``group`` once it is told to; what fell due of others before is handled unmeasured."""
    from bihuan.clock.tick import tick as handle

    _ready(group)
    sys.stdin.readline()
    _say(entered=handle(turned(group)))


def batches(group: int) -> None:
    """Handle a batch of what is due of ``group`` each time it is told to, until none is left."""
    from bihuan.clock.tick import batches as handle

    _ready(group)
    work = handle(turned(group))
    entered = -1
    while entered:
        sys.stdin.readline()
        begun, worked = time.perf_counter(), time.process_time()
        entered = next(work, 0)
        _say(entered=entered, seconds=time.perf_counter() - begun, cpu=time.process_time() - worked)


def _ready(group: int) -> None:
    """Say how many timers are due: of each item the turn of its colour and the slip that follows from it."""
    from bihuan.models import Timer

    _say(ready=Timer.objects.filter(due_at__lte=turned(group)).count())


def settle(group: int) -> None:
    """Handle what falls due before the items of ``group`` do."""
    from bihuan.clock.tick import tick as handle

    _say(entered=handle(turned(group) - timedelta(days=1, hours=12)))


def _say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    import django

    django.setup()
    jobs: dict[str, Callable[..., None]] = {"fill": fill, "tick": tick, "batches": batches, "settle": settle}
    jobs[sys.argv[1]](*map(int, sys.argv[2:]))
