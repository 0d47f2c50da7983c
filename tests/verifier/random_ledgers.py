"""Random valid ledgers for the verifier's tests, written from docs/architecture.md and not with product code."""

import hashlib
import random

ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
KINDS = ["item.registered", "item.progressed", "item.closed", "evidence.attached", "说明.补充"]
WORDS = [
    "老旧小区改造",
    "群众反映集中",
    "已完成",
    "预计下月开工",
    "plain",
    'say "yes"',
    "back\\slash",
    "tab\tline\n",
]
WORDS += [
    "\x01\x1f\x7f",
    "\u2028",
    "😀𠮷",
    "\ue000",
    '{"body":{"actor":1',
    '"}\n',
    "",
    ',"hash":"' + "a" * 64 + '"}',
]
KEYS = ["title", "body", "hash", "text", "percent", "原因", "😀", "\ufb33", "a b", '"']


def quoted(text):
    return '"' + "".join(ESCAPES.get(ord(c)) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def written(value):
    """RFC 8785, done slowly."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{quoted(key)}:{written(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, str):
        return quoted(value)
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def digest(name, data):
    return hashlib.new(name, data).digest()


class Ledger:
    """``lines`` (bytes, each with its newline), ``hashes`` and ``bodies`` of a ledger of ``count`` entries."""

    def __init__(self, seed, count, name="sha256", size=3):
        self.random, self.name, self.size = random.Random(seed), name, size
        self.lines, self.hashes, self.bodies = [], [], []
        for _ in range(count):
            self.append(self.fields())

    def fields(self, **changed):
        seq = len(self.lines) + 1
        opening = {"data": {"hash": self.name, "name": "闭环"}, "item": None, "kind": "ledger.opened"}
        common = {
            "actor": self.random.randrange(50),
            "at": self.instant(),
            "data": self.data(),
            "item": self.random.choice([None, self.random.randrange(1, 2**53)]),
            "kind": self.random.choice(KINDS),
            "recorded": self.instant(),
            "seq": seq,
            "unit": self.random.randrange(9),
        }
        return {**common, **(opening if seq == 1 else {}), **changed}

    def instant(self):
        r = self.random
        day = f"{r.randrange(2020, 2031)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
        return (
            f"{day}T{r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}.{r.randrange(10**6):06}Z"
        )

    def data(self):
        return {self.random.choice(KEYS): self.value(2) for _ in range(self.random.randrange(self.size + 1))}

    def value(self, depth):
        r = self.random
        if depth and r.random() < 0.2:
            inner = [self.value(depth - 1) for _ in range(r.randrange(4))]
            return inner if r.random() < 0.5 else dict(zip(r.sample(KEYS, 4), inner, strict=False))
        plain = [None, True, False, 0, r.randrange(-(2**53) + 1, 2**53)]
        return r.choice([*plain, "".join(r.choices(WORDS, k=r.randrange(4))), r.randbytes(32).hex()])

    def append(self, fields, prev=None):
        """Add an entry that links (to ``prev``, by default the last one), whatever its fields are."""
        self.append_body(written(fields).encode(), prev)

    def append_body(self, body, prev=None):
        before = prev or (self.hashes[-1] if self.hashes else bytes(32))
        self.bodies.append(body)
        self.hashes.append(digest(self.name, before + body))
        self.lines.append(line(body, self.hashes[-1]))

    def seal(self, count, sign, key):
        """A seal (bytes with newline) over ``count`` entries; ``sign(message)`` gives 64 bytes, ``key`` is 32."""
        said = {
            "at": "2026-11-23T08:00:00.000000Z",
            "count": count,
            "hash": self.name,
            "head": self.hashes[count - 1].hex(),
            "key": key.hex(),
            "root": root(self.name, self.hashes[:count]).hex(),
        }
        return (written({**said, "signature": sign(written(said).encode()).hex()}) + "\n").encode()


def line(body, entry_hash):
    return b'{"body":' + body + b',"hash":"' + entry_hash.hex().encode() + b'"}\n'


def root(name, hashes):
    """MTH of RFC 6962, by its recursive definition."""
    if len(hashes) == 1:
        return digest(name, b"\0" + hashes[0])
    left = 1
    while left * 2 < len(hashes):
        left *= 2
    return digest(name, b"\1" + root(name, hashes[:left]) + root(name, hashes[left:]))
