"""Old binary Word files, turned into docx by LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from bihuan.library.extract.errors import DocumentDamaged, NeedsOffice

_SECONDS = 120


def doc_to_docx(data: bytes) -> bytes:
    """Convert an old .doc. Raises NeedsOffice without LibreOffice, DocumentDamaged when it makes nothing of it."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise NeedsOffice
    with tempfile.TemporaryDirectory(prefix="bihuan-doc-") as folder:
        place = Path(folder)
        (place / "in.doc").write_bytes(data)
        # A profile of its own: with the user's, a second LibreOffice would hand the work over and leave at once.
        command = [
            program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
            "--convert-to", "docx", "--outdir", folder, str(place / "in.doc"),
        ]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired as late:
            raise DocumentDamaged(f"LibreOffice 用了 {_SECONDS} 秒还没有转换完，已停止。") from late
        made = place / "in.docx"
        if not made.exists():
            raise DocumentDamaged("LibreOffice 读不了这个 .doc 文件。")
        return made.read_bytes()
