"""Files on their way in: kept under the hash of their content between preview and commit, for a day.

Nothing is remembered in the process: the token in the address says which file it is and whose, and any process can go on.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import PurePath

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from bihuan.excel.errors import TooLarge
from bihuan.ledger.scan import scanned
from bihuan.rules.errors import Invalid, NotAllowed, NotFound

_SALT = "bihuan.import"
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Incoming:
    """A file: SHA-256 of its content (hex), its name, and who brought it."""

    digest: str
    name: str
    person: int

    def token(self) -> str:
        """Return the signed form that an address carries."""
        return signing.dumps(asdict(self), salt=_SALT, compress=True)

    def content(self) -> bytes:
        """Return the content. Raises NotFound when it was kept too long."""
        try:
            with _storage().open(self.digest) as file:
                return bytes(file.read())
        except FileNotFoundError:
            raise _gone() from None


def keep(upload: UploadedFile[bytes], person: int) -> Incoming:
    """Keep an uploaded file. Raises Invalid for an empty one, TooLarge beyond the limit."""
    if not upload.size:
        raise Invalid("文件是空的。", hint="请检查后重新选择。")
    if upload.size > settings.IMPORT_MAX_BYTES:
        raise TooLarge(
            f"文件超过 {settings.IMPORT_MAX_BYTES // 1024**2} MB。",
            hint="请拆成几个文件，或删去图片后再导入。",
        )
    scanned(upload)
    _sweep()
    content = upload.read()
    digest = hashlib.sha256(content).hexdigest()
    if not _storage().exists(digest):
        _storage().save(digest, ContentFile(content))
    name = PurePath((upload.name or "台账").replace("\\", "/")).name
    return Incoming(digest, name[-200:], person)


def of_token(token: str, person: int) -> Incoming:
    """Return the file of a token. Raises NotFound for an old or a false one, NotAllowed for somebody else's."""
    try:
        found = Incoming(**signing.loads(token, salt=_SALT, max_age=KEPT))
    except signing.BadSignature:
        raise _gone() from None
    if found.person != person:
        raise NotAllowed("这份文件是别人上传的。", hint="请自己上传一次。")
    return found


def _gone() -> NotFound:
    return NotFound("这份文件已经不在了，没有任何内容被改动。", hint="上传的文件只保留一天，请重新上传。")


def _storage() -> Storage:
    return storages["incoming"]


def _sweep() -> None:
    """Delete what nobody came back for."""
    storage = _storage()
    names = storage.listdir("")[1] if storage.exists("") else []
    for name in names:
        if timezone.now() - storage.get_modified_time(name) > KEPT:
            storage.delete(name)
