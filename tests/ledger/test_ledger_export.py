"""Exporting: what comes out is what was hashed, and a stranger's verifier accepts exactly that."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from bihuan.ledger.export import export
from bihuan.ledger.reading import head
from bihuan.ledger.seal import make_seal
from bihuan.ledger.verify import verify
from bihuan.models import Entry
from tests.actions.county import County

VERIFIER = Path(__file__).parents[2] / "verifier" / "bihuan_verify.py"


def exported(**options):
    out = io.StringIO()
    written = export(out, **options)
    return written, out.getvalue()


def checked(text, tmp_path, *options):
    """What the stand-alone verifier says of an export."""
    path = tmp_path / "export.jsonl"
    path.write_text(text, "utf-8", newline="\n")
    run = subprocess.run(
        [sys.executable, VERIFIER, path, "--json", *options], capture_output=True, text=True, check=False
    )
    return run.returncode, json.loads(run.stdout)


def test_each_line_holds_a_body_byte_for_byte_and_its_hash(county):
    county.at("closed", title="“引号”\n换行\t\\ \u2028 𠮷 😀")
    seen = []
    written, text = exported(progress=seen.append)
    entries = list(Entry.objects.order_by("seq"))
    assert text.split("\n")[:-1] == [f'{{"body":{e.body},"hash":"{bytes(e.hash).hex()}"}}' for e in entries]
    assert (written, seen, text[-1]) == (len(entries), [len(entries)], "\n")


def test_an_export_may_end_earlier(county):
    written, text = exported(upto=5)
    assert (written, text) == (5, exported()[1][: len(text)])
    assert text.count("\n") == 5
    assert exported(upto=0) == (0, "")


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_the_stand_alone_verifier_agrees_with_our_own(name, tmp_path):
    county = County(hash_name=name)
    county.at("closed", title="“引号”\n换行 \u2028 𠮷")
    make_seal(county.now)
    county.at("working")
    seal = make_seal(county.now)
    own = verify()
    status, said = checked(exported()[1], tmp_path, "--seals", str(settings.SEAL_FILE), "--key", seal.key)
    assert (status, said["ok"], said["problems"]) == (0, True, [])
    assert (said["entries"], said["hash"], said["head"], said["root"]) == (
        own.entries,
        name,
        own.head,
        own.root,
    )
    assert said["entries"] == head()[0]
    assert [s["ok"] for s in said["seals"]] == [True, True]
    assert said["uncovered"] == 0


def test_the_stand_alone_verifier_names_an_entry_altered_in_an_export(county, tmp_path):
    county.at("closed")
    lines = exported()[1].splitlines(keepends=True)
    lines[11] = lines[11].replace('"name":"', '"name":"改')
    status, said = checked("".join(lines), tmp_path)
    assert (status, [p["seq"] for p in said["problems"]]) == (1, [12])
