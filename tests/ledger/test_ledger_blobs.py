"""Evidence files: stored once by their content, whole or not at all, and only kinds that cannot run."""

import hashlib
import io
from pathlib import Path

import pytest
from django.core.files import File

from bihuan.ledger.blobs import (
    Blob,
    EvidenceRefused,
    Upload,
    evidence_storage,
    intact,
    media_type,
    path_of,
    read,
    store,
)
from bihuan.rules.errors import NotFound

pytestmark = pytest.mark.usefixtures("db")
TEXT = "整改材料".encode()


def kept():
    root = Path(evidence_storage().location)
    return sorted(p.name for p in root.rglob("*") if p.is_file())


def upload(content=TEXT, name="材料.txt"):
    return Upload(name, io.BytesIO(content))


def test_a_file_is_named_by_the_hash_of_its_content():
    digest = hashlib.sha256(TEXT).hexdigest()
    assert store(upload()) == Blob(digest, "材料.txt", len(TEXT), "text/plain")
    assert kept() == [digest]
    assert b"".join(read(digest)) == TEXT
    assert intact(digest)


def test_the_same_content_is_stored_once_under_whatever_name():
    assert store(upload(name="一.txt")).digest == store(upload(name="二.txt")).digest
    assert len(kept()) == 1


def test_large_files_are_read_in_parts():
    content = b"a" * (3 << 20)
    blob = store(upload(content))
    assert blob.size == len(content)
    assert [len(part) for part in read(blob.digest)] == [1 << 20] * 3


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\桌面\\图.txt", "图.txt"),
        ("a" * 300 + ".txt", "a" * 251 + ".txt"),
    ],
)
def test_of_a_name_only_the_last_part_is_kept(given, name):
    assert store(upload(name=given)).name == name


def test_an_empty_and_a_huge_file_are_refused(settings):
    with pytest.raises(EvidenceRefused, match="文件是空的"):
        store(upload(b""))
    settings.EVIDENCE_MAX_BYTES = 1 << 20
    store(upload(b"x" * (1 << 20)))
    with pytest.raises(EvidenceRefused, match="文件超过 1 MB"):
        store(upload(b"x" * ((1 << 20) + 1)))
    assert len(kept()) == 1


@pytest.mark.parametrize(
    ("head", "name", "media"),
    [
        (b"\xff\xd8\xff\xe0", "a.jpg", "image/jpeg"),
        (b"\xff\xd8\xff\xe0", "a.exe", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "a.png", "image/png"),
        (b"GIF89a", "a.gif", "image/gif"),
        (b"BM\x00", "a.bmp", "image/bmp"),
        (b"%PDF-1.7", "a.pdf", "application/pdf"),
        (b"PK\x03\x04", "a.zip", "application/zip"),
        (b"PK\x03\x04", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04", "A.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "application/x-ole-storage"),
        (b"\x00\x00\x00\x18ftypmp42", "a.mp4", "video/mp4"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a.webp", "image/webp"),
        ("说明".encode("gb18030"), "a.txt", "text/plain"),
        (b"a,b\n1,2", "a.csv", "text/plain"),
    ],
)
def test_the_content_tells_the_kind_and_the_name_only_refines_it(head, name, media):
    assert media_type(head, name) == media


@pytest.mark.parametrize(
    "head",
    [
        b"MZ\x90\x00",
        b"<html>",
        b"  \n<script>",
        b"<?xml version='1.0'?>",
        b"\x7fELF\x00",
        b"a\x00b",
        b"RIFF\x00\x00\x00\x00WAVE",
    ],
)
def test_what_could_run_or_is_of_no_known_kind_is_refused(head):
    with pytest.raises(EvidenceRefused, match="不能作为佐证"):
        media_type(head, "a.txt")


def test_a_part_left_by_a_crash_is_not_taken_for_the_whole():
    digest = hashlib.sha256(TEXT).hexdigest()
    evidence_storage().save(path_of(digest), File(io.BytesIO(TEXT[:3])))
    assert not intact(digest)
    store(upload())
    assert intact(digest)
    assert kept() == [digest]


class Breaking(io.BytesIO):
    """A file that cannot be read a second time."""

    def seek(self, *args):
        super().seek(*args)
        self.read = self.fail

    def fail(self, *_):
        raise OSError("磁盘错误")


def test_a_write_that_fails_leaves_nothing_behind():
    with pytest.raises(OSError, match="磁盘错误"):
        store(Upload("材料.txt", Breaking(TEXT)))
    assert kept() == []


def test_content_that_is_gone_or_altered_is_told():
    digest = store(upload()).digest
    path = Path(evidence_storage().path(path_of(digest)))
    path.write_bytes(b"x")
    assert not intact(digest)
    path.unlink()
    with pytest.raises(NotFound, match="不在存储中"):
        list(read(digest))


@pytest.mark.parametrize("left", [TEXT[:-1], bytes([TEXT[0] ^ 1]) + TEXT[1:]])
def test_what_became_of_a_stored_file_is_replaced_when_it_comes_again(left):
    path = Path(evidence_storage().path(path_of(store(upload()).digest)))
    path.chmod(0o600)
    path.write_bytes(left)
    assert intact(store(upload()).digest)
    assert len(kept()) == 1
