"""Verification and sealing from the browser."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.db import connection

from bihuan.models import Entry, Head, Seal
from tests.web.office import HTMX, Office, text_of

PROGRAM = Path(__file__).parents[2] / "verifier" / "bihuan_verify.py"


@pytest.mark.parametrize("person", ["auditor", "supervisor", "audit"])
def test_the_page_tells_how_long_the_chain_is_and_where_it_ends(office: Office, person):
    text = text_of(office.as_(person).get("/ledger/"))
    assert f"留痕 {Entry.objects.count()} 条" in text
    assert bytes(Head.objects.get().hash).hex() in text
    assert "还没有封存过" in text


@pytest.mark.parametrize("htmx", [True, False])
def test_a_whole_ledger_is_found_to_hold(office: Office, htmx):
    office.at("working")
    response = office.as_("auditor").post("/ledger/check/", headers=HTMX if htmx else None)
    assert "核验通过" in text_of(response)
    assert f"核对了 {Entry.objects.count()} 条留痕" in text_of(response)


def test_a_ledger_that_was_tampered_with_is_not(office: Office):
    office.at("working")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tally SET items = items + 1")
    text = text_of(office.as_("auditor").post("/ledger/check/"))
    assert "核验不通过" in text
    assert "计数" in text


def test_sealing_covers_every_entry_and_is_listed(office: Office):
    office.at("working")
    assert office.as_("auditor").post("/ledger/seal/")["Location"] == "/ledger/"
    assert Seal.objects.get().count == Entry.objects.count()
    text = text_of(office.as_("auditor").get("/ledger/"))
    assert f"已封存到第{Entry.objects.count()}条留痕" in text
    assert f"第 {Entry.objects.count()} 条" in text


@pytest.mark.parametrize("url", ["/ledger/check/", "/ledger/seal/"])
def test_nothing_is_verified_or_sealed_by_a_link(office: Office, url):
    assert office.as_("auditor").get(url).status_code == 405


@pytest.mark.parametrize("person", ["handler", "admin", "lead"])
def test_it_is_closed_to_those_who_do_not_audit(office: Office, person):
    assert office.as_(person).get("/ledger/").status_code == 403
    assert office.as_(person).post("/ledger/check/").status_code == 403


def test_what_the_page_hands_out_is_found_whole_elsewhere_by_the_command_that_it_shows(
    office: Office, tmp_path
):
    office.at("working")
    client = office.as_("chief")
    assert client.get("/ledger/seals/").status_code == 404
    client.post("/ledger/seal/")
    for name in ("export", "seals", "verifier"):
        given = client.get(f"/ledger/{name}/")
        (tmp_path / handed(given)).write_bytes(given.getvalue())
    (command,) = re.findall(r"用法：.*? python (bihuan_verify.py .*)", text_of(client.get("/ledger/")))
    command = command.partition(" 键盘操作")[0]
    done = subprocess.run(
        [sys.executable, "-I", *command.split()], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "结论：完好" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_verifier_is_handed_to_whoever_audits_and_to_nobody_else(office: Office):
    given = office.as_("audit").get("/ledger/verifier/")
    assert (handed(given), given.getvalue()) == ("bihuan_verify.py", PROGRAM.read_bytes())
    assert office.as_("handler").get("/ledger/verifier/").status_code == 403


def handed(response) -> str:
    """The name under which a file is handed out."""
    name = response["Content-Disposition"].partition("filename")[2].partition("=")[2]
    return unquote(name.removeprefix("*").removeprefix("utf-8''").strip('"'))


def test_an_administrator_who_audits_is_handed_no_business_content(office: Office):
    page = office.as_("audit").get("/ledger/").content.decode()
    assert "/ledger/export/" not in page
    assert office.as_("audit").get("/ledger/export/").status_code == 403
