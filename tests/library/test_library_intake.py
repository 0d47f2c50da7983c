"""Taking files in: every format, hostile ones refused with a reason, a batch that goes on after a kill."""

import io
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from datetime import UTC, datetime

import pytest
from docx import Document as WordFile
from openpyxl import Workbook

from bihuan.library import intake
from bihuan.library.download import file_of, zip_of
from bihuan.library.extract import extract, extract_one
from bihuan.library.extract.errors import DocumentRefused
from bihuan.library.intake import changed, failures, files_of, take_in
from bihuan.library.integrity import check, repair
from bihuan.library.search import search
from bihuan.models import Document, DocumentSource, Intake
from tests.library.bundles import make

TEXT = "关于加强燃气管理的通知\n各乡镇人民政府：\n请加强燃气管道排查，消除安全隐患，确保居民用气安全。\n"
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


def clock():
    return NOW


def docx() -> bytes:
    word = WordFile()
    for line in TEXT.splitlines():
        word.add_paragraph(line)
    table = word.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "单位", "时限"
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    book = Workbook()
    book.active.append(["序号", "问题"])
    book.active.append([1, "燃气管道老化"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name.replace("_", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("a.txt", TEXT.encode(), TEXT),
        ("a.txt", TEXT.encode("gb18030"), TEXT),
        ("a.txt", TEXT.encode("utf-16"), TEXT),
        ("a.txt", TEXT.encode("utf-16-be"), TEXT),
        ("a.md", ("# " + TEXT).replace("\n", "\r\n").encode(), "# " + TEXT),
        ("a.html", f"<html><style>p{{}}</style><body><p>{TEXT.splitlines()[0]}</p><script>x</script></body></html>".encode(), TEXT.splitlines()[0]),
        ("a.htm", f"<meta charset=gbk><h1>{TEXT.splitlines()[0]}</h1>".encode("gbk"), TEXT.splitlines()[0]),
        ("a.docx", docx(), TEXT + "单位\t时限"),
        ("a.xlsx", xlsx(), "Sheet\n序号\t问题\n1\t燃气管道老化"),
        ("a.zip", zipped(b_txt=TEXT.encode()), TEXT),
    ],
)  # fmt: skip
def test_every_format_gives_its_text(name, data, text):
    assert extract_one(data, name).text == text


def bomb() -> bytes:
    return zipped(b_txt=b"\0" * (30 << 20))


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"", "document-no-text"),
        ("a.txt", b" \n ", "document-no-text"),
        ("a.txt", bytes(range(1, 256)) * 20, "document-format"),
        ("a.zip", bomb(), "document-too-large"),
        ("a.docx", docx()[:300], "document-damaged"),
        ("a.zip", zipped(a_zip=zipped(b_zip=zipped(c_txt=b"x"))), "document-format"),
        ("a.pdf", b"%PDF-1.4\nnonsense", "document-damaged"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "document-encrypted"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document-format"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(name, data, code):
    (found,) = extract(data, name)
    assert isinstance(found.refused, DocumentRefused)
    assert (found.refused.code, found.text) == (code, "")
    assert found.refused.hint


def pdf(page: str) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if page == "encrypted":
        writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("page", "code"), [("blank", "document-scanned"), ("encrypted", "document-encrypted")]
)
def test_a_scanned_or_locked_pdf_is_said_to_be_one(page, code):
    (found,) = extract(pdf(page), "a.pdf")
    assert found.refused.code == code


def test_an_old_word_file_without_libreoffice_says_what_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "WordDocument".encode("utf-16-le")
    (found,) = extract(data, "a.doc")
    assert found.refused.code == "document-needs-office"


def test_pdf_and_old_word_files_are_read(soffice, cjk_font, tmp_path):
    (tmp_path / "a.docx").write_bytes(docx())
    for form in ("pdf", "doc"):
        subprocess.run(
            [soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", form, "--outdir", tmp_path, tmp_path / "a.docx"],
            check=True, capture_output=True,
        )  # fmt: skip
        found = extract_one((tmp_path / f"a.{form}").read_bytes(), f"a.{form}")
        assert (found.format, found.text.split("\n")[:3]) == (form, TEXT.split("\n")[:3])


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "来文"
    (place / "子文件夹").mkdir(parents=True)
    (place / "通知.txt").write_text(TEXT, "utf-8")
    (place / "子文件夹" / "汇编.txt").write_text(make(5).text, "gb18030")
    (place / "坏.docx").write_bytes(docx()[:300])
    (place / "~$通知.docx").write_bytes(b"x")
    return place


@pytest.mark.usefixtures("db")
def test_a_folder_is_taken_in_failures_are_listed_and_nothing_is_done_twice(folder):
    first = list(take_in(files_of([folder]), clock))
    assert [(t.code, len(t.stored) > 0) for t in first] == [
        ("document-damaged", False),
        ("", True),
        ("", True),
    ]
    assert [(f.path.rpartition("/")[2], f.code) for f in failures()] == [("坏.docx", "document-damaged")]
    before = Document.objects.count(), DocumentSource.objects.count()
    assert [t.known for t in take_in(files_of([folder]), clock)] == [False, True, True]
    assert (Document.objects.count(), DocumentSource.objects.count()) == before
    assert [p.name for p in changed(folder)] == []
    (folder / "坏.docx").write_bytes(docx())
    os.utime(folder / "坏.docx", (1, 1))
    assert [p.name for p in changed(folder)] == ["坏.docx"]
    assert [t.code for t in take_in(changed(folder), clock)] == [""]
    assert failures() == []
    assert check().problems == []


@pytest.mark.usefixtures("db")
def test_the_same_document_in_two_files_of_a_batch_is_one_with_two_sources(tmp_path):
    for name in ("甲.txt", "乙.txt"):
        (tmp_path / name).write_text(TEXT, "utf-8")
    done = []
    taken = list(take_in(files_of([tmp_path]), clock, progress=done.append))
    assert [[s.new for s in t.stored] for t in taken] == [[True], [False]]
    assert (Document.objects.count(), DocumentSource.objects.count()) == (1, 2)
    assert done[-1] == 2
    assert check().problems == []


@pytest.mark.usefixtures("db")
def test_a_long_batch_is_stored_in_several_parts_in_the_order_of_its_files(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "_BATCH", 5)
    for no in range(9):
        (tmp_path / f"{no}.txt").write_text(TEXT.replace("燃气", f"第{no}号燃气"), "utf-8")
    done = []
    taken = take_in(files_of([tmp_path]), clock, progress=done.append)
    assert [t.path for t in taken] == [f"{no}.txt" for no in range(9)]
    assert (len(done) > 1, done[-1], Document.objects.count()) == (True, 9, 9)
    assert search("第7号燃气").total == 1


@pytest.mark.usefixtures("db")
def test_evidence_is_filed_once_its_item_is_closed(folder):
    from bihuan.ledger.blobs import Upload
    from bihuan.ledger.blobs import store as keep
    from bihuan.library.intake import take_evidence
    from bihuan.models import Evidence, Item
    from bihuan.rules.errors import WrongState

    blob = keep(Upload("整改报告.txt", io.BytesIO(TEXT.encode())))
    Evidence(
        id=9,
        item_id=3,
        measure=0,
        life=0,
        digest=blob.digest,
        name=blob.name,
        size=blob.size,
        media=blob.media,
        kind="",
        note="",
        actor_id=1,
        at=NOW,
    ).save()
    item = Item(id=3, number="问改1号", state="working", campaign_id=5)
    with pytest.raises(WrongState):
        take_evidence(item, clock)
    item.state = "closed"
    assert [(t.path, len(t.stored)) for t in take_evidence(item, clock)] == [("问改1号/整改报告.txt", 1)]
    assert Document.objects.get().campaign_id == 5


@pytest.mark.usefixtures("db")
def test_documents_leave_as_original_word_or_text_and_as_one_zip(folder):
    list(take_in([folder / "通知.txt", folder / "子文件夹" / "汇编.txt"], clock))
    one, *others = Document.objects.order_by("id")
    assert file_of(one, "original") == ("通知.txt", TEXT.encode())
    assert file_of(one, "txt") == ("关于加强燃气管理的通知.txt", TEXT.strip().encode())
    assert extract_one(file_of(one, "docx")[1], "a.docx").text == TEXT.strip()
    with zipfile.ZipFile(io.BytesIO(zip_of([one, *others], "txt"))) as package:
        assert len(set(package.namelist())) == len(others) + 1


@pytest.mark.usefixtures("db")
def test_a_changed_text_a_lost_index_and_a_missing_original_are_told(folder, settings):
    list(take_in([folder / "通知.txt"], clock))
    from django.db import connection

    assert check().ok
    document = Document.objects.get()
    Document.objects.filter(pk=document.pk).update(text=document.text.replace("燃气", "电力"))
    assert [p for p in check().problems if "指纹不符" in p]
    Document.objects.filter(pk=document.pk).update(text=document.text)
    assert check().problems == []
    for file in (settings.HOME / "evidence").rglob("*"):
        if file.is_file():
            file.unlink()
    assert [p for p in check().problems if "不在存储中" in p]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO library_index(library_index) VALUES ('delete-all')")
        assert search("燃气").total == 0
        assert [p for p in check().problems if "索引与文档不一致" in p]
        repair()
        assert search("燃气").total == 1


def test_a_library_opens_and_answers_rightly_after_kills_at_any_point(own_database, tmp_path):
    own = own_database()
    place = tmp_path / "来文"
    place.mkdir()
    for no in range(40):
        (place / f"{no:02}.txt").write_text(
            f"关于第{no}号事项的通知\n第{no}号事项由专人负责，限期办结，逐项销号。\n" * 3, "utf-8"
        )
    program = """
        import django; django.setup()
        from datetime import datetime, UTC
        from pathlib import Path
        import sys
        from bihuan.library import intake
        from bihuan.library.intake import files_of, take_in
        intake._BATCH = 6  # so that kills fall between batches too
        print("ready", flush=True)
        for taken in take_in(files_of([Path(sys.argv[1])]), lambda: datetime.now(UTC)):
            print(taken.path, flush=True)
    """
    chance = random.Random(11)
    for turn in range(4):
        command = [sys.executable, "-c", textwrap.dedent(program), str(place)]
        with subprocess.Popen(command, env=own.environment(), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "ready\n"
            if turn < 3:
                time.sleep(chance.random() * 0.12)
                process.send_signal(signal.SIGKILL)
            process.stdout.read()
        assert check().problems == []
    assert Document.objects.count() == Intake.objects.filter(state="done").count() == 40
    assert search("“第7号事项”").total == 1
