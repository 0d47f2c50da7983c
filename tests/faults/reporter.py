"""Take steps on one item until the database is gone, and say each that was acknowledged.

    python -m tests.faults.reporter COUNTY NO

``COUNTY`` is a pickled ``County``; the items of different ``NO`` (from 0) are different ones. Each line on stdout is the seq of an entry.
"""

import pickle
import sys
from itertools import count
from pathlib import Path

import django

django.setup()

from django.db import DatabaseError, InterfaceError  # noqa: E402

from bihuan.actions import do  # noqa: E402
from bihuan.models import Item  # noqa: E402


def main() -> None:
    county = pickle.loads(Path(sys.argv[1]).read_bytes())
    item = Item.objects.order_by("id")[int(sys.argv[2])].pk
    for no in count():
        try:
            done = do("comment", item, county.people["lead"], county.now, text=f"第{no}次")
        except (DatabaseError, InterfaceError):
            return
        sys.stdout.write(f"{done.seq}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
