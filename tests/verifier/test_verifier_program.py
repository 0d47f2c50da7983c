"""The verifier run as a program, by itself and without bihuan; and its agreement with bihuan's own chain."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from random_ledgers import Ledger

from bihuan.rules.chain import GENESIS, HASHES, canonical, entry_hash, export_line
from bihuan.rules.merkle import Merkle
from bihuan.rules.signing import make_seal, public_key, read_seal
from verifier import bihuan_verify
from verifier.bihuan_verify import main, verify

PROGRAM = Path(bihuan_verify.__file__)
SEED = bytes(range(32))
LEDGER = Ledger(seed=21, count=50)


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(LEDGER.lines))
    return path


@pytest.fixture
def seals(tmp_path):
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    path = tmp_path / "seals.jsonl"
    path.write_bytes(LEDGER.seal(40, private.sign, private.public_key().public_bytes_raw()))
    return path


def run(*arguments, cwd=None):
    """The program in an interpreter of its own that finds no installed package (-I -S)."""
    return subprocess.run(
        [sys.executable, "-I", "-S", PROGRAM, *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
    )


def test_the_program_runs_alone_and_says_that_the_ledger_holds(export, seals):
    done = run(export, "--seals", seals, "--key", public_key(SEED).hex().upper(), "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert report == {
        "ok": True,
        "entries": 50,
        "hash": "sha256",
        "head": LEDGER.hashes[-1].hex(),
        "root": report["root"],
        "seals": [
            {
                "line": 1,
                "at": "2026-11-23T08:00:00.000000Z",
                "count": 40,
                "key": public_key(SEED).hex(),
                "ok": True,
                "why": [],
            }
        ],
        "uncovered": 10,
        "problems": [],
        "problem_count": 0,
    }


def test_people_are_told_in_chinese_what_holds(export, seals, capsys):
    assert main([str(export), "--seals", str(seals)]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == "条目：50 条，哈希算法 sha256"
    assert shown.splitlines()[-1] == "结论：完好。"
    assert "封存：1 份，完好 1 份。" in shown
    assert "最后 10 条不在任何完好的封存之内" in shown


def test_people_are_told_that_without_seals_the_end_is_not_proved(export, capsys):
    assert main([str(export)]) == 0
    assert "封存：没有给出（--seals）" in capsys.readouterr().out


def test_an_altered_export_is_found_wanting_with_line_and_entry(export, capsys):
    export.write_bytes(b"".join(LEDGER.lines).replace(b'"seq":7,', b'"seq":8,'))
    assert main([str(export)]) == 1
    shown = capsys.readouterr().out
    assert "  导出文件第 7 行，第 7 条：正文被改" in shown
    assert shown.splitlines()[-1].startswith("结论：有问题。")


def test_a_broken_seal_is_told_with_its_line(export, seals, capsys):
    seals.write_bytes(seals.read_bytes().replace(b'"count":40', b'"count":41'))
    assert main([str(export), "--seals", str(seals)]) == 1
    shown = capsys.readouterr().out
    assert "封存文件第 1 行，第 41 条：签名不对" in shown
    assert "封存文件第 1 行不能作数：签名不对" in shown


def test_summary_counts_the_entries_of_each_kind(export, capsys):
    assert main([str(export), "--summary", "--json"]) == 0
    kinds = json.loads(capsys.readouterr().out)["kinds"]
    written = [json.loads(body)["kind"] for body in LEDGER.bodies]
    assert kinds == {kind: written.count(kind) for kind in set(written)}
    assert main([str(export), "--summary"]) == 0
    assert "  ledger.opened：1 条" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "没有给出导出文件。"),
        (["EXPORT", "EXPORT"], "只能给一个导出文件。"),
        (["EXPORT", "--strange"], "选项 strange 不认识"),
        (["EXPORT", "--seals"], "选项 seals 不认识，或者少了（多了）它的值"),
        (["EXPORT", "--seals", "EXPORT", "--key", "12"], "--key 应是 64 位十六进制数。"),
        (["EXPORT", "--key", "ab" * 32], "--key 要和 --seals 一起用"),
        (["missing.jsonl"], "打不开或读不了文件 missing.jsonl"),
        (["EXPORT", "--seals", "missing.jsonl"], "打不开或读不了文件 missing.jsonl"),
        (["."], "打不开或读不了文件 ."),
    ],
)
def test_misuse_is_told_and_gives_status_2(arguments, told, export, capsys):
    assert main([argument.replace("EXPORT", str(export)) for argument in arguments]) == 2
    shown = capsys.readouterr()
    assert (shown.out, told in shown.err) == ("", True)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_explains_the_use(option, capsys):
    assert main([option]) == 0
    assert capsys.readouterr().out.startswith("用法：")


def test_a_python_without_sm3_says_so(tmp_path, monkeypatch, capsys):
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"".join(Ledger(seed=1, count=3, name="sm3").lines))

    def without_sm3(name):
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(bihuan_verify.hashlib, "new", without_sm3)
    assert main([str(path)]) == 2
    assert "本机的 Python 没有 SM3" in capsys.readouterr().err


def test_an_interrupt_gives_no_verdict(export, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(bihuan_verify, "verify", interrupted)
    assert main([str(export)]) == 2
    assert "已中断，没有得出结论" in capsys.readouterr().err


def test_progress_is_shown_at_a_terminal(export, monkeypatch, capsys):
    monkeypatch.setattr(bihuan_verify, "PROGRESS_EVERY", 20)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main([str(export)]) == 0
    shown = capsys.readouterr()
    assert "已核对 40 行（" in shown.err
    assert "已核对" not in shown.out


def test_the_program_needs_nothing_beyond_the_standard_library():
    code = f"import runpy, sys; runpy.run_path({str(PROGRAM)!r}); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    roots = {name.partition(".")[0] for name in loaded.stdout.split()}
    assert roots - sys.stdlib_module_names == {"__main__", "__mp_main__"} & roots


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("seed", range(5))
def test_the_verifier_accepts_what_the_chain_writes(name, seed, tmp_path):
    prev, tree, ledger, lines = GENESIS, Merkle(name), Ledger(seed, 0, name), []
    for seq in range(1, 40):
        fields = {**Ledger(seed * 100 + seq, 0).fields(), "seq": seq} if seq > 1 else ledger.fields()
        body = canonical(fields)
        prev = entry_hash(prev, body.encode(), name)
        tree.add(prev)
        lines.append(export_line(body, prev))
    seal = make_seal(
        SEED, at="2026-11-23T00:00:00.000000Z", count=39, hash_name=name, head=prev, root=tree.root()
    )
    path = tmp_path / "export.jsonl"
    path.write_text("".join(lines), "utf-8", newline="\n")
    with path.open("rb") as handle:
        report = verify(handle, [seal.encode() + b"\n"], public_key(SEED).hex())
    assert report["problems"] == []
    assert (report["head"], report["root"], report["uncovered"]) == (prev.hex(), tree.root().hex(), 0)
    assert read_seal(seal).root == report["root"]


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("seed", range(5))
def test_the_chain_writes_a_random_ledger_as_it_is(name, seed):
    ledger, prev = Ledger(seed, 60, name), GENESIS
    for body, entry, line in zip(ledger.bodies, ledger.hashes, ledger.lines, strict=True):
        assert canonical(json.loads(body)).encode() == body
        prev = entry_hash(prev, body, name)
        assert (prev, export_line(body.decode(), prev).encode()) == (entry, line)


@pytest.mark.slow
def test_memory_stays_flat_on_a_long_export(tmp_path):
    """200,000 entries (about 90 MB) take no more memory than 50 do, within the noise of the allocator."""
    path = tmp_path / "long.jsonl"
    prev = GENESIS
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for seq in range(1, 200_001):
            data = {"hash": "sha256"} if seq == 1 else {"text": "已完成前期摸排，正在组织施工招标。" * 3}
            kind = "item.progressed" if seq > 1 else "ledger.opened"
            at = "2026-11-23T08:00:00.000000Z"
            fields = {
                "actor": 1,
                "at": at,
                "data": data,
                "item": 2,
                "kind": kind,
                "recorded": at,
                "seq": seq,
                "unit": 3,
            }
            body = canonical(fields)
            prev = entry_hash(prev, body.encode(), "sha256")
            handle.write(export_line(body, prev))
    process = psutil.Process(os.getpid())
    before = process.memory_info().rss
    with path.open("rb") as handle:
        report = verify(handle)
    assert report["ok"]
    assert process.memory_info().rss - before < 20_000_000


def test_a_huge_file_without_newlines_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "zeros"
    with path.open("wb") as handle:
        handle.truncate(1 << 29)
    code = (
        "import resource, sys; from bihuan_verify import main; resource.setrlimit(resource.RLIMIT_AS, (400_000_000,) * 2);"
        "sys.exit(main([sys.argv[1]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path],
        capture_output=True,
        encoding="utf-8",
        cwd=PROGRAM.parent,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout.splitlines()[-1][:7]) == (1, "", "结论：有问题。")


def test_an_export_can_come_through_a_pipe(export):
    altered = export.read_bytes().replace(b'"seq":7,', b'"seq":8,')
    done = subprocess.run(
        [sys.executable, PROGRAM, "/dev/stdin", "--json"], input=altered, capture_output=True, check=False
    )
    assert (done.returncode, json.loads(done.stdout)["problems"][0]["seq"]) == (1, 7)


def test_a_terminal_without_chinese_does_not_stop_the_check(export):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, PROGRAM, export], capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
