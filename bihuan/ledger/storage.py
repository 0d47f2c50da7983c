"""Where evidence lies: files that appear whole or not at all, and are still there after the power failed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class EvidenceStorage(FileSystemStorage):
    """A folder of files named by their content. Entries name a file only after it is on the disk."""

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        keep_names(path.parent)
        return name


def keep_names(folder: Path) -> None:
    """Write the names of ``folder`` to the disk: a file that was renamed is only found again after a power cut when they are."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
