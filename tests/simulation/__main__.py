"""``make simulate``: years of many items in a ledger that is thrown away, with every invariant looked at each day.

On PostgreSQL when DATABASE_URL names one (its database must be empty), else on a SQLite file. Exit status 1: an invariant
is broken; the message names it, and what had happened last.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.years import Years


def main() -> int:
    """Live, look, and print the head of the chain: the same for the same seed on either database."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--years", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bihuan-simulation-") as home:
        os.environ.update(BIHUAN_HOME=home, DJANGO_SETTINGS_MODULE="bihuan.settings")
        import django

        django.setup()
        return _simulate(args.seed, args.items, round(args.years * 365.25))


def _simulate(seed: int, items: int, days: int) -> int:
    from django.db import connection

    from bihuan.actions.founding import prepare_database
    from bihuan.ledger.reading import head
    from tests.simulation.years import OPEN_ITEMS, Years

    prepare_database()
    if connection.vendor == "sqlite":  # it is thrown away, so that nothing has to survive a crash
        connection.cursor().execute("PRAGMA synchronous=OFF")
    begun, life = time.monotonic(), Years(seed, items, days)
    try:
        life.run_all(lambda day: _tell(day, life, begun))
    except AssertionError as error:
        print(f"seed {seed}, day {life.day + 1} of {days}: {error}")
        return 1
    seq, last, name = head()
    print(f"seed {seed}: {life.registered} items, {days} days, {seq} entries, every invariant held")
    print("looked at each day: the new entries, the items that they touched, the counters; "
          f"every item each {OPEN_ITEMS} days; everything each {life.full} days and at the end")  # fmt: skip
    print("seconds: " + ", ".join(f"{what} {spent:.0f}" for what, spent in life.seconds.items()))
    print("happened: " + ", ".join(f"{what} {n}" for what, n in sorted(life.counts.items())))
    print(f"head: {seq} {name} {last.hex()}")
    return 0


def _tell(day: int, life: Years, begun: float) -> None:
    if day % 30 == 0:
        said = f"day {day}, {time.monotonic() - begun:.0f} s, {life.watch.entries} entries"
        print(said, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
