"""What is done to an export is told apart: which entry, and how."""

import io
import json
import random

import pytest
from random_ledgers import Ledger, digest, line, written

from verifier import bihuan_verify
from verifier.bihuan_verify import verify

LEDGER = Ledger(seed=7, count=40)
LINES = LEDGER.lines


def problems(lines):
    """(line, entry, how) of each finding."""
    report = verify(io.BytesIO(b"".join(lines)))
    found = [(problem["line"], problem["seq"], problem["how"]) for problem in report["problems"]]
    assert (report["ok"], report["problem_count"]) == (not found, len(found))
    return found


def altered(index, old, new):
    assert old in LINES[index]
    return [*LINES[:index], LINES[index].replace(old, new, 1), *LINES[index + 1 :]]


def with_other_hash(index):
    shown = LEDGER.hashes[index].hex().encode()
    return altered(index, shown, shown[:-1] + (b"0" if shown[-1:] != b"0" else b"1"))


def with_other_body(index):
    return altered(index, b'"kind":"', b'"kind":"x')


def forged(seq):
    """An entry ``seq`` that links to the true entry before, but is another."""
    body = written(Ledger(seed=99, count=0).fields(seq=seq)).encode()
    return line(body, digest("sha256", LEDGER.hashes[seq - 2] + body))


@pytest.mark.parametrize("name", ["sha256", "sm3"])
@pytest.mark.parametrize("count", [1, 2, 3, 64, 65])
def test_a_valid_ledger_holds(name, count):
    ledger = Ledger(seed=count, count=count, name=name)
    report = verify(io.BytesIO(b"".join(ledger.lines)))
    assert (report["ok"], report["entries"], report["hash"]) == (True, count, name)
    assert report["head"] == ledger.hashes[-1].hex()
    assert report["uncovered"] == count
    assert sum(report["kinds"].values()) == count


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([], [(None, 1, "empty")], id="nothing"),
        pytest.param(with_other_body(10), [(11, 11, "body-altered")], id="body"),
        pytest.param(with_other_body(0), [(1, 1, "body-altered")], id="first body"),
        pytest.param(with_other_body(39), [(40, 40, "altered")], id="last body, or its hash"),
        pytest.param(altered(39, b'"seq":', b'"sep":'), [(40, 40, "body-altered")], id="last body, a key lost"),
        pytest.param(altered(10, b'"seq":11', b'"seq":17'), [(11, 11, "body-altered")], id="number"),
        pytest.param(altered(39, b'"seq":40', b'"seq":4'), [(40, 40, "inserted")], id="last number, smaller"),
        pytest.param(altered(0, b'"sha256"', b'"sha257"'), [(1, 1, "body-altered")], id="name of the hash"),
        pytest.param(altered(0, b'"sha256"', b'"sm3"'), [(1, 1, "body-altered")], id="other hash named"),
        pytest.param(with_other_hash(10), [(11, 11, "hash-altered")], id="hash"),
        pytest.param(with_other_hash(0), [(1, 1, "hash-altered")], id="first hash"),
        pytest.param(with_other_hash(38), [(39, 39, "hash-altered")], id="last hash but one"),
        pytest.param(with_other_hash(39), [(40, 40, "altered")], id="last hash, or its body"),
        pytest.param(altered(10, LEDGER.hashes[10].hex().encode(), b"AB"), [(11, 11, "hash-altered")], id="hash cut"),
        pytest.param(altered(10, b'{"body"', b'{"bidy"'), [(11, 11, "form")], id="frame"),
        pytest.param(altered(10, b'"}\n', b'"]\n'), [(11, 11, "form")], id="end of frame"),
        pytest.param(altered(10, b'"kind":"', b'"kind":"\xff'), [(11, 11, "invalid-utf8")], id="no UTF-8"),
        pytest.param(LINES[1:], [(1, 1, "removed")], id="first removed"),
        pytest.param(LINES[:10] + LINES[11:], [(11, 11, "removed")], id="one removed"),
        pytest.param(LINES[:10] + LINES[20:], [(11, 11, "removed")], id="ten removed"),
        pytest.param(LINES[:38] + LINES[39:], [(39, 39, "removed")], id="last but one removed"),
        pytest.param(LINES[:10] + LINES[9:], [(11, 10, "duplicated")], id="repeated at once"),
        pytest.param(LINES[:10] + LINES[5:], [(11, 6, "duplicated")], id="five repeated at once"),
        pytest.param(LINES + LINES, [(41, 1, "duplicated")], id="all repeated"),
        pytest.param(LINES[:20] + LINES[5:6] + LINES[20:], [(21, 6, "duplicated")], id="repeated later"),
        pytest.param(LINES[:20] + LINES[5:9] + LINES[20:], [(21, 6, "duplicated")], id="four repeated later"),
        pytest.param(LINES[:5] + LINES[20:21] + LINES[5:], [(6, 21, "duplicated")], id="repeated before"),
        pytest.param(LINES + LINES[5:6], [(41, 6, "duplicated")], id="repeated at the end"),
        pytest.param(LINES + LINES[39:], [(41, 40, "duplicated")], id="last repeated"),
        pytest.param([*LINES[:10], LINES[11], LINES[10], *LINES[12:]], [(11, 11, "swapped")], id="neighbours swapped"),
        pytest.param([LINES[1], LINES[0], *LINES[2:]], [(1, 1, "swapped")], id="first two swapped"),
        pytest.param([*LINES[:38], LINES[39], LINES[38]], [(39, 39, "swapped")], id="last two swapped"),
        pytest.param(
            LINES[:10] + LINES[20:21] + LINES[11:20] + LINES[10:11] + LINES[21:],
            [(12, 11, "swapped"), (22, 21, "swapped")],
            id="two far apart swapped",
        ),
        pytest.param(LINES[:10] + LINES[11:20] + LINES[10:11] + LINES[20:], [(11, 11, "swapped")], id="moved back"),
        pytest.param(LINES[:10] + LINES[13:20] + LINES[10:13] + LINES[20:], [(11, 11, "swapped")], id="three moved"),
        pytest.param(LINES[::-1], [(1, 1, "swapped")], id="reversed"),
        pytest.param([*LINES[:10], forged(15), *LINES[10:]], [(11, 15, "inserted")], id="inserted, not linked"),
        pytest.param([*LINES[:10], forged(11), *LINES[10:]], [(12, 11, "inserted")], id="inserted, linked"),
        pytest.param([*LINES, forged(10)], [(41, 41, "inserted")], id="added at the end, not linked"),
        pytest.param([*LINES[:10], b"hello\n", *LINES[10:]], [(11, 11, "form")], id="foreign line"),
        pytest.param([*LINES[:39], LINES[39][:99]], [(40, 40, "truncated")], id="cut in mid-line"),
        pytest.param([*LINES[:39], LINES[39][:-1]], [(40, 40, "truncated")], id="last newline lost"),
        pytest.param([*LINES, b"x"], [(41, 41, "truncated")], id="a byte at the end"),
        pytest.param([*LINES, b"\n"], [(41, 40, "bytes-added")], id="empty line at the end"),
        pytest.param([b"\n", *LINES], [(1, 1, "bytes-added")], id="empty line at the beginning"),
        pytest.param([b"\xef\xbb\xbf", *LINES], [(1, 1, "bytes-added")], id="byte order mark"),
        pytest.param(altered(10, b"\n", b" \n"), [(11, 11, "bytes-added")], id="blank at the end of a line"),
        pytest.param(altered(10, b"\n", b"\r\n"), [(11, 11, "crlf")], id="one CRLF"),
        pytest.param([raw[:-1] + b"\r\n" for raw in LINES], [(1, 1, "crlf")], id="all CRLF"),
        pytest.param(altered(10, b"\n", b""), [(11, 11, "line-break")], id="newline lost"),
        pytest.param(altered(10, b"\n", b"{"), [(11, 11, "line-break"), (11, 11, "bytes-added")], id="newline became {"),
        pytest.param([raw[:-1] for raw in LINES], [(1, 1, "line-break")], id="all newlines lost"),
        pytest.param(altered(10, b'"kind"', b'\n"kind"'), [(11, 11, "line-break")], id="newline added"),
    ],
)  # fmt: skip
def test_what_was_done_is_named_with_its_entry(lines, expected):
    assert problems(lines) == expected


def test_a_replaced_entry_with_a_new_hash_breaks_the_link_after_it_and_the_message_says_both():
    report = verify(io.BytesIO(b"".join([*LINES[:10], forged(11), *LINES[11:]])))
    assert [(problem["line"], problem["how"]) for problem in report["problems"]] == [(12, "body-altered")]
    assert "若上一条是连同哈希一起被改写的" in report["problems"][0]["message"]


def test_several_damages_are_each_told():
    lines = list(LINES)
    lines[4] = with_other_body(4)[4]
    lines[12] = with_other_hash(12)[12]
    del lines[20]
    lines.insert(30, LINES[2])
    assert problems(lines) == [
        (5, 5, "body-altered"),
        (13, 13, "hash-altered"),
        (21, 21, "removed"),
        (31, 3, "duplicated"),
    ]


def test_neighbours_altered_are_each_told():
    lines = [*LINES[:10], with_other_body(10)[10], with_other_body(11)[11], *LINES[12:]]
    assert problems(lines) == [(11, 11, "altered"), (12, 12, "body-altered")]


def test_an_entry_that_is_broken_after_a_gap_is_told_beside_the_gap():
    broken = LINES[20].replace(b'"kind":', b'"kind":,')
    assert problems([*LINES[:10], broken, *LINES[21:]]) == [(11, 11, "removed"), (11, 21, "body-altered")]


def test_an_altered_entry_still_gives_head_and_root_of_the_whole():
    whole, damaged = (verify(io.BytesIO(b"".join(lines))) for lines in (LINES, with_other_hash(10)))
    assert (damaged["head"], damaged["root"]) == (whole["head"], whole["root"])


def test_no_root_is_claimed_where_an_entry_is_missing():
    assert verify(io.BytesIO(b"".join(LINES[1:])))["root"] is None


def linked(**changed):
    """A ledger whose entry 3 is wrong though it links, because whoever wrote it wrote it so."""
    ledger = Ledger(seed=3, count=2)
    ledger.append(ledger.fields(**changed))
    for _ in range(3):
        ledger.append(ledger.fields())
    return ledger.lines


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"actor": "1"}, "字段 actor 的类型或格式不对"),
        ({"actor": True}, "字段 actor 的类型或格式不对"),
        ({"item": "x", "data": []}, "字段 data、item 的类型或格式不对"),
        ({"kind": None}, "字段 kind 的类型或格式不对"),
        ({"at": "2026-13-01T00:00:00.000000Z"}, "字段 at 的类型或格式不对"),
        ({"recorded": "2026-01-01T00:00:00Z"}, "字段 recorded 的类型或格式不对"),
        ({"actor": 2**53}, "含有小数，或超出 ±(2^53−1) 的整数"),
        ({"data": {"a": [{"b": -(2**53)}]}}, "含有小数，或超出 ±(2^53−1) 的整数"),
        ({"more": 1}, "多出字段 'more'"),
    ],
)
def test_an_entry_of_the_wrong_form_is_told_though_its_hash_is_right(changed, told):
    report = verify(io.BytesIO(b"".join(linked(**changed))))
    expected = {"line": 3, "seq": 3, "how": "not-canonical", "message": f"哈希对得上，但正文{told}"}
    assert report["problems"] == [expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"unit":', b'"unit": '),
        (b'"data":{}', b'"data":{"b":1,"a":2}'),
        (b'"data":{}', b'"data":{"a":1,"a":1}'),
        (b'"data":{}', b'"data":{"a":"\\u0041"}'),
        (b'"data":{}', b'"data":{"a":"\\/"}'),
        (b'"data":{}', b'"data":{"a":"\\ud800"}'),
        (b'"data":{}', b'"data":{"a":-0}'),
        (b'"data":{}', b'"data":{"a":1.0}'),
        (b'"data":{}', b'"data":{"a":1e3}'),
        (b'"data":{}', b'"data":{"a":NaN}'),
        (b'"data":{}', '"data":{"\ufb33":1,"\U0001f600":2}'.encode()),
        (b'"data":{}', b'"data":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"),
        (b'"data":{}', b'"data":{}}'),
        (b'"data":{}', b'"data":{'),
        (b'"actor":', b'"actor":0'),
    ],
)
def test_a_body_that_is_not_canonical_is_told_though_its_hash_is_right(old, new):
    ledger = Ledger(seed=3, count=2)
    body = written(ledger.fields(data={})).encode()
    assert old in body
    ledger.append_body(body.replace(old, new, 1))
    ledger.append(ledger.fields())
    assert problems(ledger.lines) == [(3, 3, "not-canonical")]


def test_an_altered_entry_before_one_whose_number_cannot_be_read_is_told_beside_it():
    ledger = Ledger(seed=3, count=3)
    ledger.append_body(b"[]")
    ledger.lines[2] = ledger.lines[2].replace(b'"kind":"', b'"kind":"x')
    assert problems(ledger.lines) == [(3, 3, "body-altered"), (4, 4, "not-canonical")]


@pytest.mark.parametrize("depth", [1, 100, 400, 700, 900, *range(960, 1000, 3), 5000, 100_000])
@pytest.mark.parametrize("innermost", [b"", b"1.5"])
def test_deep_nesting_never_stops_the_program(depth, innermost):
    ledger = Ledger(seed=3, count=2)
    shallow = written(ledger.fields(data={})).encode()
    nested = b"[" * depth + innermost + b"]" * depth
    ledger.append_body(shallow.replace(b'"data":{}', b'"data":{"a":' + nested + b"}"))
    found = problems(ledger.lines)
    assert found in ([], [(3, 3, "not-canonical")])
    assert bool(found) >= (innermost != b"" or depth >= 5000)
    assert bool(found) <= (innermost != b"" or depth > 400)


def test_keys_in_utf_16_order_are_canonical():
    ledger = Ledger(seed=3, count=2)
    ledger.append(ledger.fields(data={"\ufb33": 1, "\U0001f600": {"é": 2}}))
    assert problems(ledger.lines) == []


@pytest.mark.parametrize(("seq", "expected"), [(5, [(3, 5, "sequence")]), (2, [(3, 2, "sequence")])])
def test_a_number_out_of_turn_is_told_once_though_the_hashes_are_right(seq, expected):
    ledger = Ledger(seed=3, count=2)
    for number in range(seq, seq + 4):
        ledger.append(ledger.fields(seq=number))
    assert problems(ledger.lines) == expected


@pytest.mark.parametrize(
    "changed",
    [{"kind": "item.registered"}, {"data": {}}, {"data": {"hash": "md5"}}, {"data": {"hash": "sm3"}}],
)
def test_a_ledger_must_begin_by_naming_its_hash(changed):
    ledger = Ledger(seed=3, count=0)
    ledger.append(ledger.fields(**changed))
    ledger.append(ledger.fields())
    report = verify(io.BytesIO(b"".join(ledger.lines)))
    assert [(problem["seq"], problem["how"]) for problem in report["problems"]] == [(1, "opened")]
    assert report["hash"] == "sha256"


@pytest.mark.parametrize("seed", range(200))
def test_any_mix_of_damage_is_found(seed):
    """The damage may be beyond telling apart, but it never passes and never stops the program."""
    pick = random.Random(seed)
    lines = list(LINES)
    for _ in range(pick.randint(1, 5)):
        one, two, length = pick.randrange(len(lines)), pick.randrange(len(lines)), pick.randint(1, 4)
        deed = pick.randrange(5)
        if deed == 0:
            lines[one], lines[two] = lines[two], lines[one]
        elif deed == 1:
            lines[one : one + length] = []
        elif deed == 2:
            lines[one:one] = lines[two : two + length]
        elif deed == 3:
            lines[one] = lines[one][:two] + pick.randbytes(length) + lines[one][two + length :]
        else:
            lines[one] = lines[one][:two] + lines[one][two + length :]
        lines = lines or [b"x"]
    is_whole = b"".join(lines) == b"".join(LINES[: len(lines)])  # a cut tail is for the seals to show
    assert (problems(lines) == []) == is_whole


def test_a_file_that_is_no_export_at_all_is_found_wanting():
    noise = random.Random(1).randbytes(200_000)
    report = verify(io.BytesIO(noise))
    assert not report["ok"]


def test_beyond_the_limit_problems_are_counted_and_the_first_ones_kept(monkeypatch):
    monkeypatch.setattr(bihuan_verify, "MAX_PROBLEMS", 3)
    lines = [
        raw.replace(b'"kind":"', b'"kind":"x') if number % 4 == 2 else raw for number, raw in enumerate(LINES)
    ]
    report = verify(io.BytesIO(b"".join(lines)))
    assert (len(report["problems"]), report["problem_count"]) == (3, 10)
    assert "其余 7 处从略" in bihuan_verify.describe(report, {})


def test_the_result_can_be_written_as_json():
    report = verify(io.BytesIO(b"".join(with_other_body(10))))
    assert json.loads(json.dumps(report)) == report
