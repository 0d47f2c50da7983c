#!/usr/bin/env python3
"""Check an exported ledger of bihuan 闭环 without bihuan: one file, standard library only, Python 3.9 or newer.

    python bihuan_verify.py EXPORT.jsonl [--seals SEALS.jsonl] [--key PUBKEYHEX] [--json] [--summary]

The format is docs/reference/export.md. Exit status: 0 it holds, 1 found wanting, 2 misused. Progress goes to stderr, the
result to stdout. Memory does not grow with the export.

How a break is told apart. An entry links to the one before through ``H(previous hash ‖ body)``. At a line that does not
link, lines are gathered until two in succession link again: such a pair cannot be forged without breaking the next pair,
so the hash written in the last gathered line is sound, and the number in the line after it says which entry that is.
Between the last sound hash before and this one each gathered line gets its place, and is judged by what links to what.
"""

from __future__ import annotations

import getopt
import hashlib
import json
import os
import re
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import TextIOWrapper
from itertools import chain as concatenate
from itertools import islice
from json.encoder import c_make_encoder  # type: ignore[attr-defined]
from json.encoder import encode_basestring as quote
from typing import Any, BinaryIO

HASHES = ("sha256", "sm3")
GENESIS = bytes(32)
MAX_INTEGER = 2**53 - 1
KEYS = ["actor", "at", "data", "item", "kind", "recorded", "seq", "unit"]
SEAL_KEYS = ["at", "count", "hash", "head", "key", "root", "signature"]
INSTANT = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z", re.ASCII
)
HEX = re.compile(r"[0-9a-f]+")
KIND = re.compile(r"[a-z_.]+")

PREFIX = b'{"body":'
TAIL_BYTES = len(b',"hash":""}\n') + 64
FRAME = re.compile(rb'\{"body":(.*),"hash":"([0-9a-f]{64})"\}', re.DOTALL)
ENTRY_START = b'{"body":{"actor":'  # a whole one, so that a "body" inside "data" is not taken for a line
HASH_AND_END = re.compile(rb',"hash":"([0-9a-f]{64})"\}')
SEAM = re.compile(HASH_AND_END.pattern + rb".{0,8}?(?=" + re.escape(ENTRY_START) + rb")", re.DOTALL)
ANY_HASH = re.compile(rb'\{"body":(.*),"hash":"([^"]*)"\}', re.DOTALL)

MAX_LINE = 1 << 24  # a file without newlines must not fill the memory
MAX_REGION = 256  # lines, and at most MAX_LINE bytes
MAX_PROBLEMS = 500
PROGRESS_EVERY = 1 << 16
PAGE = 1 << 10  # lines, and at most MAX_LINE bytes

encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"), sort_keys=True
).encode
encode_as_is = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode
raw_decode = json.JSONDecoder().raw_decode
scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def write_slowly(value: Any, _level: int) -> str:
    """What ``write`` does, where Python has no C encoder."""
    return encode(value)


#: ``encode`` makes its C encoder anew for each value; this one is made once.
write = (
    c_make_encoder(None, None, quote, None, ":", ",", True, False, False) if c_make_encoder else write_slowly
)

Fault = tuple[str, str]  # how (a stable English word), message (Chinese)
TOO_DEEP: Fault = ("not-canonical", "嵌套太深，无法读取")
Hasher = Callable[[bytes], Any]
Numbered = tuple[int, bytes]  # a line's number, from 1, and its bytes


class Misused(Exception):
    """The program cannot be run like this; the message (Chinese) says why. Exit status 2."""


# ---- canonical JSON (RFC 8785 without floats) ----------------------------------------------------------------------


def is_plain(value: Any) -> bool:
    """Whether the parsed container ``value`` is one that ``encode`` writes as RFC 8785 does; when in doubt False."""
    members = value
    if type(value) is dict:
        if not "".join(value).isascii():
            return False
        members = value.values()
    for item in members:
        kind = type(item)
        if kind is int:
            if not -MAX_INTEGER <= item <= MAX_INTEGER:
                return False
        elif kind is dict or kind is list:
            if not is_plain(item):
                return False
        elif kind is float:
            return False
    return True


def in_utf16_order(value: Any) -> Any:
    """A copy of a parsed value, keys in the order of RFC 8785. Raises ValueError for a number that has no place."""
    if type(value) is dict:
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: in_utf16_order(value[key]) for key in keys}
    if type(value) is list:
        return [in_utf16_order(item) for item in value]
    if type(value) is float or (type(value) is int and not -MAX_INTEGER <= value <= MAX_INTEGER):
        raise ValueError("含有小数，或超出 ±(2^53−1) 的整数")
    return value


def canonical_fault(text: str, value: Any) -> str | None:
    """What keeps ``text``, from which ``value`` was parsed, from being canonical."""
    try:
        exact = encode_as_is(in_utf16_order(value)) == text
    except ValueError as error:
        return str(error)
    return None if exact else "不是规范写法（空格、转义、键的次序或重复的键）"


def parse(data: bytes) -> tuple[str, Any, Fault | None]:
    """(text, value, None), or ("", None, fault), of bytes that should be one JSON value."""
    try:
        text = data.decode()
        value, end = raw_decode(text)
    except UnicodeDecodeError as error:
        return "", None, not_utf8(error)
    except RecursionError:
        return "", None, TOO_DEEP
    except ValueError as error:
        place = getattr(error, "pos", 0) + 1
        return "", None, ("not-canonical", f"不是合法的 JSON（从第 {place} 个字符起）")
    if end != len(text):
        return "", None, ("not-canonical", f"在第 {end} 个字符后多出内容")
    return text, value, None


def not_utf8(error: UnicodeDecodeError) -> Fault:
    """Where bytes stop being UTF-8."""
    return "invalid-utf8", f"第 {error.start + 1} 个字节起不是合法的 UTF-8 文字"


# ---- one line ------------------------------------------------------------------------------------------------------


def read_body(body: bytes) -> tuple[Any, Fault | None]:
    """(fields or None, fault or None) of a body."""
    text, fields, fault = parse(body)
    if fault:
        return None, fault
    try:
        return fields, body_fault(text, fields)
    except RecursionError:
        return None, TOO_DEEP


def body_fault(text: str, fields: Any) -> Fault | None:
    """What is wrong with a body that was parsed into ``fields``."""
    if type(fields) is not dict or list(fields) != KEYS:
        return ("not-canonical", keys_fault(fields, KEYS))
    actor, at, data, item, kind, recorded, seq, unit = fields.values()
    typed = (
        type(actor) is type(seq) is type(unit) is int
        and (item is None or type(item) is int)
        and type(data) is dict
        and type(kind) is type(at) is type(recorded) is str
        and INSTANT.fullmatch(at)
        and (at == recorded or INSTANT.fullmatch(recorded))
    )
    if not typed:
        return ("not-canonical", f"字段 {mistyped(fields)} 的类型或格式不对")
    if is_plain(data) and (actor | seq | unit | (item or 0)) >> 53 == 0:  # none negative, none too large
        written = (
            f'{{"actor":{actor},"at":"{at}","data":{encode(data)},"item":{"null" if item is None else item},'
            f'"kind":{quote(kind)},"recorded":"{recorded}","seq":{seq},"unit":{unit}}}'
        )
        if written == text:
            return None
    wrong = canonical_fault(text, fields)
    return ("not-canonical", wrong) if wrong else None


def keys_fault(fields: Any, keys: list[str]) -> str:
    """How the keys of a parsed value differ from ``keys``."""
    if type(fields) is not dict:
        return "不是一个对象"
    missing = [key for key in keys if key not in fields]
    unknown = [key for key in fields if key not in keys]
    told = [f"缺少字段 {'、'.join(missing)}"] if missing else []
    told += [f"多出字段 {'、'.join(map(ascii, unknown))}"] if unknown else []
    return "，".join(told) or "字段的次序不对"


def mistyped(fields: dict[str, Any]) -> str:
    """The names of the fields of a body that have a wrong type."""
    integers = [key for key in ("actor", "seq", "unit") if type(fields[key]) is not int]
    integers += ["item"] if fields["item"] is not None and type(fields["item"]) is not int else []
    instants = [key for key in ("at", "recorded") if not is_instant(fields[key])]
    others = [key for key, kind in (("data", dict), ("kind", str)) if type(fields[key]) is not kind]
    return "、".join(sorted(integers + instants + others))


def is_instant(value: object) -> bool:
    """Whether ``value`` is a UTC instant as entries and seals write it."""
    return type(value) is str and INSTANT.fullmatch(value) is not None


def accept(raw: bytes, head: bytes | None, seq: int, new: Hasher) -> tuple[bytes, dict[str, Any]] | None:
    """(hash, fields) if ``raw`` is in every respect entry ``seq`` after the one hashed ``head``; else None."""
    if head is None:
        return None
    body = raw[8:-TAIL_BYTES]
    digest = new(head + body)
    if raw[-TAIL_BYTES:] != b',"hash":"%b"}\n' % digest.hexdigest().encode() or raw[:8] != PREFIX:
        return None
    fields, fault = read_body(body)
    if fault or fields["seq"] != seq:
        return None
    return digest.digest(), fields


def sound(page: list[Numbered], head: bytes, seq: int, new: Hasher) -> tuple[list[bytes], list[str]]:
    """(hashes, kinds) of the first lines of ``page`` that ``accept`` would take one after the other from entry ``seq`` on.

    It stops where it is in doubt, and says the same as ``accept`` with a call for each line less of everything.
    """
    hashes: list[bytes] = []
    kinds: list[str] = []
    instant = INSTANT.fullmatch
    try:
        for number, (_, raw) in enumerate(page, seq):
            body = raw[8:-TAIL_BYTES]
            digest = new(head + body).digest()
            if raw[-TAIL_BYTES:] != b',"hash":"%b"}\n' % digest.hex().encode() or raw[:8] != PREFIX:
                break
            text = body.decode()
            fields, _ = scan(text, 0)
            actor, at, data, item, kind, recorded, _, unit = fields.values()
            written = (
                f'{{"actor":{actor},"at":"{at}","data":{"".join(write(data, 0))},"item":{"null" if item is None else item},'
                f'"kind":"{kind}","recorded":"{recorded}","seq":{number},"unit":{unit}}}'
            )
            if (
                written != text
                or not (type(actor) is type(unit) is int and (item is None or type(item) is int))
                or type(data) is not dict
                or not is_plain(data)
                or (actor | unit | (item or 0)) >> 53
                or not (instant(at) and (at == recorded or instant(recorded)) and KIND.fullmatch(kind))
            ):
                break
            hashes.append(digest)
            kinds.append(kind)
            head = digest
    except (ValueError, TypeError, AttributeError, StopIteration, RecursionError):
        pass  # whoever looks at this line closely says what is wrong
    return hashes, kinds


class Line:
    """What can be read of a line that was not accepted. ``body`` and ``stated`` (its hash) are None if unreadable."""

    def __init__(self, number: int, raw: bytes) -> None:
        self.number, self.raw = number, raw
        core = raw[:-1] if raw.endswith(b"\n") else raw
        whole = FRAME.fullmatch(core)
        self.fields: Any = None
        self.body: bytes | None
        self.stated: bytes | None
        if whole:
            self.body, self.stated = whole[1], bytes.fromhex(whole[2].decode())
            self.fields, self.fault = read_body(self.body)
        else:
            self.body, self.stated = salvage(core)
            self.fault = frame_fault(raw, core)
        seq = self.fields.get("seq") if type(self.fields) is dict else None
        self.claim: int | None = seq if type(seq) is int and 1 <= seq <= MAX_INTEGER else None

    def follows(self, head: bytes | None, new: Hasher) -> bool:
        """Whether this line is intact and continues from hash ``head``."""
        if head is None or self.body is None:
            return False
        return bool(new(head + self.body).digest() == self.stated)


def salvage(core: bytes) -> tuple[bytes | None, bytes | None]:
    """(body, hash) of a line whose frame is damaged, each None where it cannot be told."""
    at_end = HASH_AND_END.fullmatch(core[-TAIL_BYTES + 1 :])
    stated = bytes.fromhex(at_end[1].decode()) if at_end else None
    loose = ANY_HASH.fullmatch(core)
    if loose:
        return loose[1], stated
    if not core.startswith(PREFIX):
        return None, stated
    try:
        text = core[len(PREFIX) :].decode()
        return text[: raw_decode(text)[1]].encode(), stated
    except (ValueError, RecursionError):
        return None, stated


def frame_fault(raw: bytes, core: bytes) -> Fault:
    """What is wrong around the body of a line; ``core`` is ``raw`` without its newline."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return not_utf8(error)
    if not raw.endswith(b"\n"):
        return "truncated", "不完整，文件在这里被截断"
    if ANY_HASH.fullmatch(core):
        return "hash-altered", "哈希被改：不是 64 位小写十六进制数"
    return "form", '被改：不是 {"body":…,"hash":"…"} 的样子'


def mend(raw: bytes) -> tuple[str, str, list[bytes]] | None:
    """(how, message, lines instead) for damage around entries that leaves them readable, else None."""
    core = raw[:-1] if raw.endswith(b"\n") else raw
    if not core.strip():
        return "bytes-added", "是多出的空行", []
    if core.endswith(b"\r"):
        return "crlf", "行尾是 CRLF（应只有 LF），文件可能被编辑器或传输工具改写", [core[:-1] + b"\n"]
    seams = [seam.end() for seam in SEAM.finditer(core)]
    if seams and entry_inside(core[: seams[0]]):
        pieces = [core[start:end] + b"\n" for start, end in zip([0, *seams], [*seams, len(core)])]  # noqa: B905 (3.9)
        return "line-break", f"把 {len(pieces)} 条连成了一行，缺少换行", pieces
    if FRAME.fullmatch(core):
        return None if core != raw else ("truncated", "行尾缺少换行，文件末尾被截去", [core + b"\n"])
    inside = entry_inside(core)
    if not inside:
        return None
    extra = [("行首", core.index(inside)), ("行尾", len(core) - core.index(inside) - len(inside))]
    told = "，".join(f"{where}多出 {count} 个字节" for where, count in extra if count)
    return "bytes-added", told, [inside + b"\n"]


def entry_inside(raw: bytes) -> bytes:
    """The one readable entry in ``raw``, with what stands around it cut off; empty if there is none."""
    start = raw.find(ENTRY_START)
    ends = [found.end() for found in HASH_AND_END.finditer(raw)]
    entry = raw[start : ends[-1]] if start >= 0 and ends else b""
    return entry if entry and Line(0, entry + b"\n").fields is not None else b""


# ---- what was found ------------------------------------------------------------------------------------------------


class Problem:
    """One finding. ``evidence`` is what is needed to understand it better once the whole file has been read."""

    def __init__(
        self, line: int | None, seq: int | None, how: str, message: str, evidence: Any = None
    ) -> None:
        self.line, self.seq, self.how, self.message, self.evidence = line, seq, how, message, evidence
        self.lines = 1

    def public(self) -> dict[str, Any]:
        """As the result shows it."""
        more = f"（同样情形共 {self.lines} 行）" if self.lines > 1 else ""
        return {"line": self.line, "seq": self.seq, "how": self.how, "message": self.message + more}


class Findings:
    """The problems, the first ``MAX_PROBLEMS`` of them kept, all of them counted."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self.total = 0
        self.crlf: Problem | None = None

    def add(self, line: int | None, seq: int | None, how: str, message: str, evidence: Any = None) -> None:
        """Note a problem of entry ``seq`` at ``line``."""
        if how == "crlf" and self.crlf:  # usually the whole file: one cause, one finding
            self.crlf.lines += 1
            return
        problem = Problem(line, seq, how, message, evidence)
        if how == "crlf":
            self.crlf = problem
        self.total += 1
        if len(self.kept) < MAX_PROBLEMS:
            self.kept.append(problem)

    def extras(self) -> list[Problem]:
        """The findings about lines that are left over."""
        return [problem for problem in self.kept if problem.how == "inserted" and problem.evidence]

    def pair_moved(self) -> None:
        """An entry that is missing in one place and left over in another was moved."""
        gaps = {problem.evidence[:2]: problem for problem in self.kept if problem.how == "removed"}
        for extra in self.extras():
            line, first, last, new = extra.evidence
            gap = gaps.get((first, last))
            if gap and line.follows(gap.evidence[2], new):
                gap.how, gap.message = "swapped", f"{span(first, last)}不在原位，出现在第 {extra.line} 行"
                del gaps[first, last]
                self.kept.remove(extra)
                self.total -= 1

    def find_duplicates(self, lines: Iterable[Numbered]) -> None:
        """Name the line that a left-over line repeats; ``lines`` is the whole file again."""
        extras = {problem.evidence[0].raw.strip(): problem for problem in self.extras()}
        if not extras:
            return
        for number, raw in lines:
            extra = extras.get(raw.strip())
            if extra and number != extra.line:
                extra.how, extra.message, extra.seq = "duplicated", f"与第 {number} 行重复", extra.evidence[1]


def span(first: int, last: int) -> str:
    """Entries ``first`` to ``last`` in words."""
    return f"第 {first} 条" if first == last else f"第 {first} 至 {last} 条"


# ---- the tree ------------------------------------------------------------------------------------------------------


class Tree:
    """The Merkle tree of RFC 6962 over entry hashes; it keeps one hash for each 1 bit of the count."""

    def __init__(self, new: Hasher) -> None:
        self.new, self.count, self.whole = new, 0, True
        self.peaks: list[bytes] = []

    def extend(self, hashes: list[bytes]) -> None:
        """Add the next entries, a height of the tree at a time."""
        new, full, left = self.new, self.count, []
        nodes: list[bytes] = [new(b"\0" + entry_hash).digest() for entry_hash in hashes]
        while nodes:
            if full & 1:
                nodes.insert(0, self.peaks.pop())
            if len(nodes) & 1:
                left.append(nodes.pop())
            pairs = iter(nodes)
            nodes = [new(b"\1" + one + other).digest() for one, other in zip(pairs, pairs)]  # noqa: B905 (3.9)
            full >>= 1
        self.peaks += reversed(left)
        self.count += len(hashes)

    def root(self) -> bytes | None:
        """The root, or None where a hash was missing."""
        if not self.whole:
            return None
        node: bytes = self.peaks[-1] if self.peaks else self.new(b"").digest()
        for peak in self.peaks[-2::-1]:
            node = self.new(b"\1" + peak + node).digest()
        return node


# ---- the chain -----------------------------------------------------------------------------------------------------


class Chain:
    """Walks lines of an export from a known place (by default the beginning) and notes what does not hold.

    ``head`` is the hash of entry ``seq``, after which the lines of ``source`` go on; ``seals`` maps a count to the seals
    over so many entries.
    """

    def __init__(self, source: Iterable[Numbered], new: Hasher, head: bytes = GENESIS, seq: int = 0) -> None:
        self.source, self.new, self.seq = iter(source), new, seq
        self.head: bytes | None = head
        self.seals: dict[int, list[Seal]] = {}
        self.pending: deque[Numbered] = deque()
        self.kinds: Counter[str] = Counter()
        self.findings, self.tree, self.entries = Findings(), Tree(new), 0

    def run(self) -> None:
        """Read to the end."""
        new, pending, source = self.new, self.pending, self.source
        while True:
            if not pending and self.tree.whole:
                self.take_sound()
            item = pending.popleft() if pending else next(source, None)
            if item is None:
                self.findings.pair_moved()
                return
            found = accept(item[1], self.head, self.seq + 1, new)
            if found:
                self.advance(found[0], self.seq + 1, found[1])
            else:
                pending.appendleft(item)
                self.disturbed()

    def take_sound(self) -> None:
        """Take the next lines up to a seal or to the first that is in any doubt, which stays in ``pending``.

        Nearly all lines of nearly all exports go this way: no call and no look-up for each that one for all can do.
        """
        ends = min((count for count in self.seals if count > self.seq), default=self.seq + PAGE)
        while self.head is not None and (page := gathered(self.source, min(PAGE, ends - self.seq - 1))):
            hashes, kinds = sound(page, self.head, self.seq + 1, self.new)
            self.tree.extend(hashes)
            self.kinds.update(kinds)
            self.entries += len(hashes)
            self.seq += len(hashes)
            self.head = hashes[-1] if hashes else self.head
            if len(hashes) < len(page):
                self.pending.extend(page[len(hashes) :])
                return

    def advance(self, digest: bytes | None, seq: int, fields: Any) -> None:
        """Take entry ``seq``; ``digest`` is its true hash, or None if that cannot be known."""
        self.head, self.seq = digest, seq
        self.entries += 1
        if fields:
            self.kinds[fields["kind"]] += 1
        if digest and self.tree.whole:
            self.tree.extend([digest])
        else:
            self.tree.whole = False
        if seq in self.seals:
            for seal in self.seals[seq]:
                seal.compare(digest, self.tree.root(), self.findings)

    def peek(self) -> Numbered | None:
        """The next line, which stays in place."""
        if not self.pending:
            item = next(self.source, None)
            if item is None:
                return None
            self.pending.append(item)
        return self.pending[0]

    def disturbed(self) -> None:
        """The next line is not the next entry: find out why, and go on after it."""
        if self.mend_next(self.seq + 1) or self.rejoin_next():
            return
        first = Line(*self.pending.popleft())
        if first.follows(self.head, self.new):
            self.take_misfit(first)
            return
        region, after = self.gather(first)
        if after is None:
            self.settle_end(region)
        elif after.claim is None:  # it links, so the writer wrote it so; it is reported when its turn comes
            self.place(region, self.seq + len(region), True)
        elif after.claim - 1 <= self.seq:
            self.step_back(region, after.claim - 1)
        else:
            self.place(region, after.claim - 1, True)

    def mend_next(self, seq: int) -> bool:
        """Report and undo damage around the next line's entries, if that is all there is."""
        number, raw = self.pending[0]
        mended = mend(raw)
        if mended:
            how, message, lines = mended
            at = seq if lines else max(seq - 1, 1)  # an empty line is told with the entry before it
            self.findings.add(number, at, how, message)
            self.pending.popleft()
            self.pending.extendleft((number, line) for line in reversed(lines))
        return bool(mended)

    def rejoin_next(self) -> bool:
        """Whether the next two lines are one entry, broken by a newline; then it is mended."""
        number, raw = self.pending.popleft()
        after = self.peek()
        joined = raw[:-1] + after[1] if after else b""
        if accept(joined, self.head, self.seq + 1, self.new):
            self.findings.add(number, self.seq + 1, "line-break", "被一个换行断成了两行")
            self.pending[0] = (number, joined)
            return True
        self.pending.appendleft((number, raw))
        return False

    def take_misfit(self, line: Line) -> None:
        """An entry that links but is not as it should be: whoever wrote it wrote it so."""
        seq = line.claim or self.seq + 1
        fault = written_wrong(line)
        if fault:
            self.findings.add(line.number, seq, *fault)
        if seq != self.seq + 1:
            self.findings.add(line.number, seq, "sequence", f"哈希对得上，但序号应是 {self.seq + 1}")
        self.advance(line.stated, seq, None if line.fault else line.fields)

    def gather(self, first: Line) -> tuple[list[Line], Line | None]:
        """(lines up to one whose hash is sound, the line that shows it), the latter None at the end."""
        region, size = [first], len(first.raw)
        while len(region) < MAX_REGION and size < MAX_LINE and (item := self.peek()):
            if self.mend_next(self.seq + 1 + len(region)):
                continue
            line = Line(*item)
            if line.follows(region[-1].stated, self.new):
                return region, line
            region.append(line)
            size += len(line.raw)
            self.pending.popleft()
        return region, None

    def step_back(self, region: list[Line], first: int) -> None:
        """A sound line, the last of ``region``, is entry ``first``, which has already been: the ledger forks.

        Follow the second branch while it holds. If it comes to the same entry, its lines are repeated; if it gets
        further, the lines of the first branch were put in; if it ends before, its own were.
        """
        for line in region[:-1]:
            self.report_extra(line, self.seq)
        start, seq, head = region[-1], first, region[-1].stated
        while seq <= self.seq and (seq, head) != (self.seq, self.head):
            item = self.peek()
            found = accept(item[1], head, seq + 1, self.new) if item else None
            if not found:
                self.report_inserted(start, first, seq)
                return
            self.pending.popleft()
            seq, head = seq + 1, found[0]
        if seq <= self.seq:
            self.findings.add(start.number, first, "duplicated", f"{span(first, seq)}从这一行起重复出现")
            return
        told = f"{span(first, self.seq)}有两份，后面的条目接的是这一行起的一份，前一份是插入的"
        self.findings.add(start.number, first, "inserted", told)
        self.head, self.seq, self.tree.whole = head, seq, False

    def settle_end(self, region: list[Line]) -> None:
        """Place lines after which nothing tells what is sound."""
        ahead = [line.claim for line in region if line.claim and line.claim > self.seq]
        unreadable = any(line.claim is None for line in region)
        path = self.linked(region)
        if not (path or ahead or unreadable):
            for line in region:
                claim = line.claim or 0
                told = f"写的是第 {claim} 条，应是第 {self.seq + 1} 条，又接不上：或是多出来的，或是序号被改"
                evidence = (line, claim, claim, self.new)
                self.findings.add(line.number, self.seq + 1, "inserted", told, evidence)
            return
        last = self.seq + len(path) if path else max(ahead, default=self.seq + unreadable)
        self.place(region, last, False)

    def linked(self, region: list[Line]) -> list[Line]:
        """The lines of ``region``, in whatever order they stand, that continue one after the other from the head."""
        path: list[Line] = []
        head = self.head
        while True:
            found = next((line for line in region if line.follows(head, self.new)), None)
            if found is None or found in path:
                return path
            path.append(found)
            head = found.stated

    def place(self, region: list[Line], last: int, sound: bool) -> None:
        """Give each line its entry (up to number ``last``); the last line's hash is ``sound`` if a line follows it."""
        slots = dict(enumerate(self.linked(region), self.seq + 1))
        if sound:
            slots[last] = region[-1]
        extras = self.assign(region, slots, last)
        self.report_order(slots)
        for seq in sorted(slots):
            if seq > self.seq + 1:
                self.miss(self.seq + 1, seq - 1, slots[seq].number)
            self.judge(slots[seq], seq, slots.get(seq + 1), sound and seq == last)
        for line, near in extras:
            self.report_extra(line, near)

    def assign(self, region: list[Line], slots: dict[int, Line], last: int) -> list[tuple[Line, int]]:
        """Fill ``slots`` (entry → line). Returns the lines left over, each with the entry where it stands."""
        for line in region:
            if line.claim and self.seq < line.claim <= last and line not in slots.values():
                slots.setdefault(line.claim, line)
        extras, at, near, after_fragment = [], self.seq, self.seq, False
        for line in region:
            if line.claim is None and at < last and line not in slots.values():
                slots.setdefault(at + 1, line)
            seq = next((seq for seq in slots if slots[seq] is line), None)
            if seq:
                at = near = seq
            else:
                near = near if after_fragment else min(at + 1, last)
                extras.append((line, near))
            after_fragment = line.claim is None
        return extras

    def report_order(self, slots: dict[int, Line]) -> None:
        """Name the entries that stand in each other's places."""
        by_line = sorted(slots, key=lambda seq: slots[seq].number)
        wrong = [seq for seq, expected in zip(by_line, sorted(slots)) if seq != expected]  # noqa: B905 (3.9)
        if wrong:
            told = "、".join(map(str, wrong))
            self.findings.add(
                slots[wrong[0]].number, min(wrong), "swapped", f"次序被调换，依次写成了第 {told} 条"
            )

    def miss(self, first: int, last: int, number: int) -> None:
        """Entries are missing before line ``number``."""
        told = f"{span(first, last)}缺失，其后一条因此无从核对（也可能是其后一条的序号被改）"
        self.findings.add(number, first, "removed", told, (first, last, self.head))
        self.head, self.seq, self.tree.whole = None, last, False

    def report_extra(self, line: Line, near: int) -> None:
        """A line that has no place in the chain; it stands at entry ``near``."""
        if line.claim is None:
            told = "不是条目：或是多出来的，或是被换行断开、被改坏的一段"
            self.findings.add(line.number, max(near, 1), "form", told)
        else:
            self.report_inserted(line, line.claim, line.claim)

    def report_inserted(self, line: Line, first: int, last: int) -> None:
        """Entries ``first`` to ``last``, from ``line`` on, are not of the chain."""
        told = f"{span(first, last)}是多出来的，不在链上"
        self.findings.add(line.number, first, "inserted", told, (line, first, last, self.new))

    def judge(self, line: Line, seq: int, follower: Line | None, sound: bool) -> None:
        """Say what is wrong with the line in the place of entry ``seq``, and take the entry with its true hash."""
        computed = None
        if self.head is not None and line.body is not None:
            computed = self.new(self.head + line.body).digest()
        confirmed: set[bytes | None] = {seal.head for seal in self.seals.get(seq, ()) if seal.ok}
        if sound:
            confirmed.add(line.stated)
        if follower:
            confirmed |= {known for known in (line.stated, computed) if follower.follows(known, self.new)}
        fault, digest = verdict(line, computed, confirmed)
        if fault:
            unknown = "" if digest or fault[0] == "truncated" else "；其后一条因此无从核对"
            self.findings.add(line.number, seq, fault[0], fault[1] + unknown)
        self.advance(digest, seq, None if line.fault else line.fields)


def verdict(
    line: Line, computed: bytes | None, confirmed: set[bytes | None]
) -> tuple[Fault | None, bytes | None]:
    """(fault or None, the entry's true hash) of a line; ``computed`` is the hash that its body gives (None: unknown).

    ``confirmed`` holds the hashes that something else, such as the next line or a seal, shows to be sound.
    """
    if computed == line.stated and computed is not None:
        return written_wrong(line), computed
    if line.fault:
        how, told = line.fault
        altered = ("body-altered", f"正文被改：{told}") if how == "not-canonical" else line.fault
        return altered, line.stated or computed
    if computed is None:
        return None, line.stated
    if line.stated in confirmed:
        told = "正文被改，与哈希对不上（若上一条是连同哈希一起被改写的，也会这样）"
        return ("body-altered", told), line.stated
    if computed in confirmed:
        return ("hash-altered", "哈希被改，正文未改"), computed
    return ("altered", "正文或哈希被改（没有完好的后一条或封存可以对照，分不出是哪一处）"), line.stated


def written_wrong(line: Line) -> Fault | None:
    """The fault of a line whose hash is right: whoever wrote the entry wrote it so."""
    return line.fault and (line.fault[0], f"哈希对得上，但正文{line.fault[1]}")


# ---- Ed25519 (RFC 8032, section 5.1) -------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


Point = tuple[int, int, int, int]


def add_points(one: Point, two: Point) -> Point:
    """The sum of two points."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = two
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def double_point(point: Point) -> Point:
    """Twice a point."""
    x, y, z, _ = point
    a, b, c = x * x % P, y * y % P, 2 * z * z % P
    h = a + b
    e, g = h - (x + y) * (x + y) % P, a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def decode_point(data: bytes) -> Point | None:
    """The point in 32 bytes, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode_point(point: Point) -> bytes:
    """The point in 32 bytes."""
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) of ``message`` was made with the private key of public ``key`` (32 bytes)."""
    point, s = decode_point(key), int.from_bytes(signature[32:], "little")
    if point is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    minus = (P - point[0], point[1], 1, P - point[3])
    table = (NEUTRAL, BASE, minus, add_points(BASE, minus))
    total = NEUTRAL
    for bit in range(255, -1, -1):  # s·BASE − k·key, both at once
        total = double_point(total)
        place = (s >> bit & 1) + 2 * (k >> bit & 1)
        if place:
            total = add_points(total, table[place])
    return encode_point(total) == signature[:32]


# ---- seals ---------------------------------------------------------------------------------------------------------


class Seal:
    """A well-formed seal; ``why`` gathers what does not hold."""

    def __init__(self, line: int, text: str, fields: dict[str, Any]) -> None:
        self.line, self.text, self.fields = line, text, fields
        self.why: list[str] = []
        self.compared = False
        self.count, self.head = fields["count"], bytes.fromhex(fields["head"])

    @property
    def ok(self) -> bool:
        """Whether all of it holds."""
        return not self.why

    def fail(self, findings: Findings, how: str, message: str) -> None:
        """Note what does not hold."""
        self.why.append(message)
        findings.add(self.line, self.count, how, message)

    def check_signature(self, key: str | None, findings: Findings) -> None:
        """``key`` is the expected public key (hex), or None to take the seal's own."""
        if key is not None and self.fields["key"] != key:
            self.fail(findings, "seal-key", "所用的公钥不是 --key 给出的公钥")
        signed = self.text[: self.text.rindex(',"signature":')] + "}"
        own, signature = bytes.fromhex(self.fields["key"]), bytes.fromhex(self.fields["signature"])
        if not ed25519_holds(own, signed.encode(), signature):
            self.fail(findings, "seal-signature", "签名不对：封存内容被改，或不是用所写的密钥签的")

    def compare(self, digest: bytes | None, root: bytes | None, findings: Findings) -> None:
        """With the hash of entry ``count`` and the root over so many entries as the export has them (None: unknown)."""
        self.compared = True
        if digest is not None and digest != self.head:
            told = f"与导出不符：封存后，第 {self.count} 条或之前的条目连同哈希一起被改写"
            self.fail(findings, "seal-head", told)
        elif root is None or digest is None:
            self.why.append("之前有条目缺失或无从核对，无法验算默克尔根")
        elif root.hex() != self.fields["root"]:
            self.fail(findings, "seal-root", "默克尔根与导出不符：封存覆盖的条目有改动")

    def public(self) -> dict[str, Any]:
        """As the result shows it."""
        return {"line": self.line, "at": self.fields["at"], "count": self.count, "key": self.fields["key"],
                "ok": self.ok, "why": self.why}  # fmt: skip


def seal_fault(text: str, fields: Any) -> str | None:
    """What is wrong with the form of a seal, or None."""
    if type(fields) is not dict or list(fields) != SEAL_KEYS:
        return keys_fault(fields, SEAL_KEYS)
    digits = {"head": 64, "key": 64, "root": 64, "signature": 128}
    wrong = [key for key, length in digits.items() if not is_hex(fields[key], length)]
    wrong += [] if is_instant(fields["at"]) else ["at"]
    wrong += [] if fields["hash"] in HASHES else ["hash"]
    wrong += [] if type(fields["count"]) is int and fields["count"] >= 1 else ["count"]
    return f"字段 {'、'.join(sorted(wrong))} 的类型或格式不对" if wrong else canonical_fault(text, fields)


def is_hex(value: object, length: int) -> bool:
    """Whether ``value`` is so many lower-case hex digits."""
    return type(value) is str and len(value) == length and HEX.fullmatch(value) is not None


def read_seals(lines: Iterable[bytes], name: str, key: str | None, findings: Findings) -> list[Seal]:
    """The well-formed seals in ``lines`` (raw bytes); what is wrong with form, hash, key or signature is noted."""
    seals = []
    for number, raw in enumerate(lines, 1):
        text, fields, fault = parse(raw[:-1] if raw.endswith(b"\n") else raw)
        wrong = fault[1] if fault else seal_fault(text, fields)
        if wrong:
            findings.add(number, None, "seal-form", wrong)
            continue
        seal = Seal(number, text, fields)
        if fields["hash"] != name:
            seal.fail(findings, "seal-hash", f"用的哈希算法是 {fields['hash']}，台账用的是 {name}")
        seal.check_signature(key, findings)
        seals.append(seal)
    return seals


def settle_seals(seals: list[Seal], chain: Chain) -> int:
    """After the walk: seals whose count was not met, and the number of entries that no good seal covers."""
    for seal in seals:
        if seal.count <= chain.seq and not seal.compared:
            seal.why.append(f"第 {seal.count} 条缺失，无法核对")
        elif seal.count > chain.seq:
            seal.why.append(f"导出只到第 {chain.seq} 条，短于封存")
    beyond = max((seal.count for seal in seals), default=0)
    if beyond > chain.seq:
        told = f"末尾缺 {beyond - chain.seq} 条：封存时已有 {beyond} 条，导出只到第 {chain.seq} 条"
        chain.findings.add(None, chain.seq + 1, "removed", told)
    return max(0, chain.seq - max((seal.count for seal in seals if seal.ok), default=0))


# ---- the whole -----------------------------------------------------------------------------------------------------


def hasher(name: str) -> Hasher:
    """The constructor of hash ``name``. Raises Misused where this Python has none."""
    if name == "sha256":
        return hashlib.sha256
    try:
        fresh = hashlib.new(name)
    except ValueError:
        raise Misused(
            "这份台账用 SM3，而本机的 Python 没有 SM3。请换用带 OpenSSL 1.1.1 以上的 Python。"
        ) from None

    def start(data: bytes) -> Any:  # copying is twice as fast as looking the algorithm up again
        state = fresh.copy()
        state.update(data)
        return state

    return start


def choose_hash(lines: list[Numbered]) -> tuple[str, Fault | None]:
    """(name, fault or None): the hash that links the first ``lines`` (number, raw), which entry 1 should name."""
    read = [Line(number, entry_inside(raw) + b"\n") for number, raw in lines]
    opened = read[0].fields if read and not read[0].fault else None
    named = opened["data"].get("hash") if opened else None
    heads = [GENESIS, *(line.stated for line in read)]
    for name in sorted(HASHES, key=lambda name: name != named):
        if name != named and name not in hashlib.algorithms_available:
            continue
        if any(line.follows(heads[place], hasher(name)) for place, line in enumerate(read)):
            is_opening = opened and opened["kind"] == "ledger.opened" and named == name
            written = opened and read[0].follows(GENESIS, hasher(name))
            told = f"应是 ledger.opened，并写明所用的哈希算法 {name}"
            return name, ("opened", told) if written and not is_opening else None
    return named if named in HASHES else "sha256", None


def numbered(handle: BinaryIO, progress: Progress | None = None) -> Iterator[Numbered]:
    """(number, raw) of each line of an open file."""
    for number, raw in enumerate(iter(partial(handle.readline, MAX_LINE), b""), 1):
        if progress and not number % PROGRESS_EVERY:
            progress(number, handle)
        yield number, raw


def gathered(source: Iterator[Numbered], most: int) -> list[Numbered]:
    """The next lines of ``source``, ``most`` of them at most; fewer where lines are long."""
    page: list[Numbered] = []
    size = 0
    while len(page) < most and size < MAX_LINE:
        line = next(source, None)
        if line is None:
            break
        page.append(line)
        size += len(line[1])
    return page


def verify(
    export: BinaryIO,
    seal_lines: Iterable[bytes] = (),
    key: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The result (see docs/reference/export.md) for a binary file, rewound at need, and the raw lines of the seals."""
    source = numbered(export, progress)
    beginning = list(islice(source, 3))
    name, fault = choose_hash(beginning)
    chain = Chain(concatenate(beginning, source), hasher(name))
    if not beginning:
        chain.findings.add(None, 1, "empty", "导出文件是空的")
    if fault:
        chain.findings.add(1, 1, *fault)
    seals = read_seals(seal_lines, name, key, chain.findings)
    for seal in seals:
        chain.seals.setdefault(seal.count, []).append(seal)
    chain.run()
    uncovered = settle_seals(seals, chain)
    if chain.findings.total and export.seekable():
        export.seek(0)
        chain.findings.find_duplicates(numbered(export))
    return result(chain, name, seals, uncovered)


def result(chain: Chain, name: str, seals: list[Seal], uncovered: int) -> dict[str, Any]:
    """What was found, as ``--json`` writes it."""
    root = chain.tree.root()
    return {
        "ok": not chain.findings.total,
        "entries": chain.entries,
        "hash": name,
        "head": chain.head.hex() if chain.entries and chain.head else None,
        "root": root.hex() if root else None,
        "seals": [seal.public() for seal in seals],
        "uncovered": uncovered,
        "problems": [problem.public() for problem in chain.findings.kept],
        "problem_count": chain.findings.total,
        "kinds": dict(chain.kinds.most_common()),
    }


USAGE = """用法：python bihuan_verify.py 导出文件.jsonl [--seals 封存文件.jsonl] [--key 公钥] [--json] [--summary]

核对闭环台账的导出文件，不需要安装闭环。
  --seals 文件   一并核对封存（每行一份），能发现末尾被截去、整体被改写
  --key 公钥     封存必须用这把公钥（64 位十六进制数）
  --json         结果写成一个 JSON 对象
  --summary      另按类别列出条数
退出状态：0 完好，1 有问题，2 用法不对"""


def arguments(argv: list[str]) -> tuple[dict[str, str], str, str | None]:
    """(options, path of the export, path of the seals or None). Raises Misused."""
    try:
        pairs, rest = getopt.gnu_getopt(argv, "h", ["seals=", "key=", "json", "summary", "help"])
    except getopt.GetoptError as error:
        raise Misused(f"选项 {error.opt} 不认识，或者少了（多了）它的值。") from None
    options = {"--help" if name == "-h" else name: value for name, value in pairs}
    if "--help" in options:
        return options, "", None
    if len(rest) != 1:
        raise Misused("没有给出导出文件。" if not rest else "只能给一个导出文件。")
    if "--key" in options:
        options["--key"] = options["--key"].lower()
        if not is_hex(options["--key"], 64):
            raise Misused("--key 应是 64 位十六进制数。")
        if "--seals" not in options:
            raise Misused("--key 要和 --seals 一起用：公钥是用来核对封存的。")
    return options, rest[0], options.get("--seals")


def read_seal_lines(path: str | None) -> list[bytes]:
    """The raw lines of a file of seals."""
    if path is None:
        return []
    with open(path, "rb") as handle:
        return handle.readlines()


class Progress:
    """Tells people at a terminal how far the reading has come and how long it may still take."""

    def __init__(self, handle: BinaryIO) -> None:
        self.size, self.begun = os.fstat(handle.fileno()).st_size, time.monotonic()
        self.wanted = sys.stderr.isatty() and handle.seekable() and self.size > 0

    def __call__(self, number: int, handle: BinaryIO) -> None:
        """``number`` lines have been read."""
        if self.wanted:
            done = handle.tell() / self.size
            left = (time.monotonic() - self.begun) * (1 - done) / done
            sys.stderr.write(f"\r已核对 {number:,} 行（{done:.0%}），约剩 {left:.0f} 秒  ")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave the line, so that the result begins on one of its own."""
        if self.wanted:
            sys.stderr.write("\r已读完。" + " " * 40 + "\n")


def describe(report: dict[str, Any], options: dict[str, str]) -> str:
    """The result for people."""
    lines = [
        f"条目：{report['entries']:,} 条，哈希算法 {report['hash']}",
        f"末条哈希：{report['head'] or '无从得出'}",
        f"默克尔根：{report['root'] or '无从得出'}",
        *seals_told(report, options),
        *(f"  {kind}：{count:,} 条" for kind, count in report.get("kinds", {}).items()),
        *problems_told(report),
        "结论：完好。" if report["ok"] else "结论：有问题。请保留原件，联系审计员核查。",
    ]
    return "\n".join(lines) + "\n"


def seals_told(report: dict[str, Any], options: dict[str, str]) -> list[str]:
    """Lines about the seals."""
    seals = report["seals"]
    if "--seals" not in options:
        return ["封存：没有给出（--seals），因此看不出末尾是否被截去、整体是否被改写。"]
    lines = [f"封存：{len(seals)} 份，完好 {sum(seal['ok'] for seal in seals)} 份。"]
    lines += [
        f"  封存文件第 {seal['line']} 行不能作数：{'；'.join(seal['why'])}"
        for seal in seals
        if not seal["ok"]
    ]
    if report["uncovered"]:
        lines.append(f"  最后 {report['uncovered']:,} 条不在任何完好的封存之内，是否被改写尚无从证明。")
    if seals and "--key" not in options:
        keys = "、".join(sorted({seal["key"] for seal in seals}))
        lines.append(f"  没有给出公钥（--key），签名只按封存自带的公钥核对，请与单位公布的公钥比对：{keys}")
    return lines


def problems_told(report: dict[str, Any]) -> list[str]:
    """Lines about the problems."""
    if not report["problem_count"]:
        return []
    lines = [f"问题：{report['problem_count']:,} 处"]
    for problem in report["problems"]:
        where = "封存文件" if problem["how"].startswith("seal-") else "导出文件"
        line = f"{where}第 {problem['line']} 行" if problem["line"] else where
        seq = f"，第 {problem['seq']} 条" if problem["seq"] else ""
        lines.append(f"  {line}{seq}：{problem['message']}（{problem['how']}）")
    if report["problem_count"] > len(report["problems"]):
        lines.append(
            f"  只列出前 {len(report['problems'])} 处，其余 {report['problem_count'] - len(report['problems']):,} 处从略。"
        )
    return lines


def main(argv: list[str] | None = None) -> int:
    """Run as a program. Returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without Chinese must not stop the check
            stream.reconfigure(errors="backslashreplace")
    try:
        options, export, seals = arguments(sys.argv[1:] if argv is None else argv)
        if "--help" in options:
            sys.stdout.write(USAGE + "\n")
            return 0
        with open(export, "rb") as handle:
            progress = Progress(handle)
            report = verify(handle, read_seal_lines(seals), options.get("--key"), progress)
            progress.end()
    except Misused as error:
        sys.stderr.write(f"{error}\n\n{USAGE}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"打不开或读不了文件 {error.filename or ''}：{error.strerror}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\n已中断，没有得出结论。\n")
        return 2
    if "--summary" not in options:
        del report["kinds"]
    sys.stdout.write(json.dumps(report) + "\n" if "--json" in options else describe(report, options))
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
