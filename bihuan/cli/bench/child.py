"""A process of its own for each measurement: ``python -m bihuan.cli.bench.child MODULE:FUNCTION JSON``.

It works on the database that its environment names, so that nothing it does can reach the user's ledger, and its peak of
memory is that of one job. Each line it writes is a JSON object: ``done`` while it works, at the end ``result``.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def peak_mb() -> float:
    """Return the most memory (MB, resident) that this process held at once.

    Linux keeps in ``ru_maxrss`` what the parent held when it started this process; ``VmHWM`` is of this program alone.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def run(job: str, values: dict[str, Any]) -> None:
    """Run ``MODULE:FUNCTION`` with ``values`` and say what it returned, the seconds it took, and its peak of memory."""
    import django

    django.setup()
    module, _, function = job.partition(":")
    work = getattr(importlib.import_module(module), function)
    begun, worked = time.perf_counter(), time.process_time()
    result = work(**values, progress=lambda done: _say(done=done))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    _say(result=result, seconds=seconds, cpu=cpu, peak_mb=peak_mb())


if __name__ == "__main__":
    run(sys.argv[1], json.loads(sys.argv[2]))
