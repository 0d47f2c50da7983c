"""A folder that is watched: what comes in is taken in, whatever kills the watcher, and what fails is told and waits for its change."""

import os
import subprocess
import sys
import time

from bihuan.library.integrity import check
from bihuan.models import Document, Intake
from tests.support.waiting import until

NOTICE = "关于第{0}号事项的通知\n第{0}号事项由专人负责，限期办结，逐项销号。\n"
COMMAND = (sys.executable, "-c", "from bihuan.cli.main import main; main()", "library", "add")


def lay(folder, no, encoding="utf-8"):
    """Put a paper into the folder, as old as one that was copied a while ago."""
    path = folder / f"{no:02}.txt"
    path.write_bytes(NOTICE.format(no).encode(encoding))
    os.utime(path, (time.time() - 60 + no, time.time() - 60 + no))


def watching(own, folder):
    order = [*COMMAND, str(folder), "--watch", "--every", "0.2"]
    return subprocess.Popen(
        order, env=own.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_what_comes_into_a_watched_folder_is_taken_in_once_though_the_watcher_is_killed(
    own_database, tmp_path
):
    own = own_database()
    folder = tmp_path / "来文"
    folder.mkdir()
    for no in range(20):
        lay(folder, no, "gb18030" if no % 2 else "utf-16")
    with watching(own, folder) as first:
        until(lambda: Document.objects.count() >= 3)
        first.kill()
    assert check().problems == []
    (folder / "坏.pdf").write_bytes(b"%PDF-1.4 broken")
    os.utime(folder / "坏.pdf", (1, 1))
    with watching(own, folder) as second:
        until(lambda: Intake.objects.filter(state="done").count() == 20)
        lay(folder, 20)
        until(lambda: Document.objects.count() == 21)
        until(lambda: Intake.objects.filter(state="failed").count() == 1)
        second.kill()
    assert Document.objects.count() == Intake.objects.filter(state="done").count() == 21
    assert "已损坏" in Intake.objects.get(state="failed").message
    assert check().problems == []
