"""Writers to be killed: forked from a process that has imported everything and opened no connection.

    python -m tests.faults.runner COUNTY

``COUNTY`` is a pickled ``County``. Each line on stdin is a JSON order ``{"seed", "writers", "kill", "operations"}``: so many
writers work at once, each on its own connection, until they have done their operations or, with ``kill``, until SIGKILL
comes at a random moment. Each line on stdout is the JSON answer: what every writer had been told is done (``acks``) and what
went wrong (``errors``: anything that is not a refusal).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import random
import select
import signal
import sys
import time
import traceback
from datetime import timedelta
from pathlib import Path

import django
from openpyxl import Workbook

django.setup()

from bihuan.actions import do, house, register  # noqa: E402
from bihuan.clock.tick import tick  # noqa: E402
from bihuan.excel.files import import_file  # noqa: E402
from bihuan.ledger.blobs import Upload  # noqa: E402
from bihuan.ledger.rebuild import rebuild  # noqa: E402
from bihuan.ledger.verify import verify  # noqa: E402
from bihuan.models import Item  # noqa: E402
from bihuan.rules.calendar import CalendarYear  # noqa: E402
from bihuan.rules.errors import BihuanError  # noqa: E402
from bihuan.rules.permissions import SYSTEM  # noqa: E402

BULK = 20
LIFE = {
    "registered": [("approve", "supervisor", {})],
    "approved": [("assign", "supervisor", {"owner": "town", "due": "60日内"})],
    "assigned": [("accept", "handler", {}), ("transfer", "supervisor", {"owner": "village", "reason": "x"})],
    "working": [
        ("report", "handler", {"text": "进展", "percent": 50, "measures": {"1": {"state": "done"}}}),
        ("plan", "supervisor", {"measures": ["补一条"]}),
        ("extend", "lead", {"due": "2027-03-31", "reason": "汛期"}),
        ("suspend", "lead", {"reason": "待批复"}),
        ("submit", "handler", {"text": "完成"}),
    ],
    "suspended": [("resume", "lead", {})],
    "reviewing": [
        ("review", "head", {"passed": True}),
        ("review", "supervisor", {"passed": False, "opinion": "再改"}),
    ],
}


def workbook(no):
    """A ledger of ``BULK`` problems under numbers that no other has, so that none is taken for a correction."""
    book = Workbook()
    book.active.append(["序号", "问题表现", "整改类型", "整改措施", "责任单位", "整改时限", "完成状态"])
    for row in range(1, BULK + 1):
        title = f"第{no}-{row}个问题"
        book.active.append(
            [no * BULK + row, title, "分阶段整改", "1.修路；2.绿化", "东镇", "2026年9月底前", "正在整改"]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Writer:
    """One process that writes; what it was told is done it says at once on ``pipe``."""

    def __init__(self, county, seed, pipe):
        self.county, self.random, self.pipe = county, random.Random(seed), pipe
        self.now = county.now + timedelta(seconds=seed % 1000)

    def say(self, **what):
        os.write(self.pipe, json.dumps(what).encode() + b"\n")

    def run(self, operations, wild):
        self.say(ready=True)
        for _ in range(operations):
            self.now += timedelta(minutes=self.random.randrange(1, 300))
            kinds = {"step": 60, "comment": 15, "merge": 6, "register": 10, "bulk": 5, "tick": 5}
            kinds |= {"calendar": 1, "unit": 2, "verify": 1, "rebuild": 1} if wild else {}
            kind = self.random.choices(list(kinds), list(kinds.values()))[0]
            try:
                done = getattr(self, f"_{kind}")()
            except BihuanError:
                continue
            except Exception:
                self.say(error=f"{kind}: {traceback.format_exc(limit=-4)}")
                continue
            if done:
                self.say(ack=kind, **done)

    def _take(self, action, item, by, **values):
        done = do(action, item.pk, self.county.people[by], self.now, version=item.version, **values)
        return {"action": action, "item": done.item, "version": done.version, "seq": done.seq}

    def _item(self):
        ids = list(
            Item.objects.exclude(state__in=["merged", "cancelled"])
            .order_by("-id")
            .values_list("id", flat=True)[:6]
        )
        return Item.objects.get(pk=self.random.choice(ids)) if ids else None

    def _step(self):
        item = self._item()
        if item is None or item.state not in LIFE:
            return None
        if item.state == "working" and self.random.random() < 0.2:
            content = self.random.randbytes(self.random.choice([10, 300_000])).hex().encode()
            return self._take("attach", item, "handler", file=Upload("材料.txt", io.BytesIO(content)))
        action, by, values = self.random.choice(LIFE[item.state])
        given = {k: self.county.units[v] if k == "owner" else v for k, v in values.items()}
        return self._take(action, item, by, **given)

    def _comment(self):
        item = self._item()
        return self._take("comment", item, "lead", text="x") if item else None

    def _merge(self):
        one, two = self._item(), self._item()
        return self._take("merge", one, "supervisor", into=two.pk, reason="重复") if one and two else None

    def _register(self):
        code = self.random.choice(["rectification", "task"])
        done = register(
            self.county.registers[code],
            self.county.people["supervisor"],
            self.now,
            title="x",
            measures=["甲", "乙"],
        )
        return {"item": done.item, "version": 1, "seq": done.seq, "number": done.number}

    def _bulk(self):
        """Import a workbook."""
        register, supervisor = self.county.registers["rectification"], self.county.people["supervisor"]
        _, done = import_file(
            workbook(self.random.randrange(10**9)), "台账.xlsx", register, supervisor, self.now
        )
        return {"seq": done.seq, "bulk": done.registered}

    def _tick(self):
        tick(self.now)

    def _calendar(self):
        house.publish_calendar(SYSTEM, self.now, CalendarYear(2027, frozenset(), frozenset(), "通知"))

    def _unit(self):
        name = f"单位{os.getpid()}-{self.random.randrange(10**9)}"
        return {"seq": house.create_unit(SYSTEM, self.now, name, parent=self.county.units["town"])}

    def _verify(self):
        found = verify()
        if not found.ok:
            self.say(error=f"verify while others write: {found.problems[:3]}")

    def _rebuild(self):
        rebuild()


def fork(county, seed, operations, wild):
    """Start a writer; returns its process id and the end of the pipe that tells what it did."""
    reading, pipe = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        with contextlib.suppress(BaseException):
            os.close(reading)
            Writer(county, seed, pipe).run(operations, wild)
            status = 0
        os._exit(status)
    os.close(pipe)
    return pid, reading


class Ear:
    """Hears what a writer says."""

    def __init__(self, pid, reading):
        self.pid, self.reading, self.said = pid, reading, b""

    def listen(self, lines=None, seconds=120.0):
        """Listen until the writer has said ``lines`` lines (None: until it ends); one that is silent for long hangs."""
        while lines is None or self.said.count(b"\n") < lines:
            if not select.select([self.reading], [], [], seconds)[0]:
                raise TimeoutError
            part = os.read(self.reading, 1 << 16)
            if not part:
                return
            self.said += part

    def end(self):
        """Everything that was said up to the end; a line that was cut off was not said."""
        self.listen()
        os.close(self.reading)
        os.waitpid(self.pid, 0)
        return [json.loads(line) for line in self.said.split(b"\n")[:-1]]


def obey(county, order):
    """Let writers work, and kill them where that is asked for: after some answers and a moment more."""
    chance = random.Random(order["seed"])
    ears = [
        Ear(*fork(county, order["seed"] * 100 + n, order["operations"], not order["kill"]))
        for n in range(order["writers"])
    ]
    if order["kill"]:
        for ear in ears:
            ear.listen(chance.randrange(1, 9))
            time.sleep(chance.uniform(0.0, order["kill"]))
            os.kill(ear.pid, signal.SIGKILL)
    said = [line for ear in ears for line in ear.end()]
    return {"acks": [s for s in said if "ack" in s], "errors": [s["error"] for s in said if "error" in s]}


def main():
    county = pickle.loads(Path(sys.argv[1]).read_bytes())
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(county, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
