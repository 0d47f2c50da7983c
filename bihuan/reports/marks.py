"""Text for a report: figures marked inside it, and words of the ledger made fit to print.

A figure travels through sentences and templates as its value between three marks that no real text holds (Unicode
noncharacters), so that wherever it lands the number can be given a bookmark that leads to its figure.
"""

from __future__ import annotations

import re

START, MIDDLE, END = "\ufdd0", "\ufdd1", "\ufdd2"
MARKED = re.compile(f"{START}([^{START}{MIDDLE}{END}]*){MIDDLE}([^{START}{MIDDLE}{END}]*){END}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINES = re.compile(r"[ \t]*[\r\n\u2028\u2029\x85]+[ \t]*")
_PAUSES = "，。；、：！？,;:!?（("


def mark(ref: str, value: str) -> str:
    """``value`` marked as the value of figure ``ref``."""
    return f"{START}{ref}{MIDDLE}{value}{END}"


def plain(text: str) -> str:
    """``text`` as a reader sees it: values without their marks."""
    return MARKED.sub(r"\2", text)


def printable(text: str) -> str:
    """``text`` without characters that no XML file can hold and without marks; lines are kept."""
    return _UNPRINTABLE.sub("", text)


def one_line(text: str) -> str:
    """``text`` as one printable line: lines are joined by “；” unless a line ends with a pause of its own."""
    kept = ""
    for line in _LINES.split(printable(text).strip()):
        kept += "；" if kept and line and kept[-1] not in _PAUSES else ""
        kept += line
    return kept


def ended(text: str) -> str:
    """``text`` as a sentence: one line that ends with exactly one full stop; empty stays empty."""
    kept = one_line(text).rstrip("。.；;，,、 \u3000")
    return f"{kept}。" if kept and kept[-1] not in "！？!?…" else kept
