"""Which characters are easily taken for one another: they sound alike or look alike."""

from __future__ import annotations

import importlib.util
import json
import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path

from bihuan.library.proofread.words import NoWordList

#: Finals and initials that many speakers do not tell apart.
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
_COMMON = 4000
SAME_SOUND, LIKE_SOUND, SAME_SHAPE = 0, 1, 2


def plain(sound: str) -> str:
    """Return a syllable without its tone: zhì → zhi."""
    parts = unicodedata.normalize("NFD", sound.replace("ü", "v"))
    return "".join(c for c in parts if not unicodedata.combining(c))


def loose(sound: str) -> str:
    """Return a syllable with what many speakers do not tell apart made equal: zhing → zin."""
    for wide, narrow in _ALIKE:
        if sound.startswith(wide) and len(wide) == 2 and wide.endswith("h"):
            sound = narrow + sound[2:]
        elif sound.endswith(wide):
            sound = sound[: -len(wide)] + narrow
    return sound


@cache
def _syllables() -> dict[str, str]:
    """Return the table of the package pypinyin, read from its file: importing the package loads its phrases too, which takes seven times as long."""
    spec = importlib.util.find_spec("pypinyin")
    if spec is None or spec.origin is None:
        raise NoWordList("找不到读音表（pypinyin）。")
    table: dict[str, str] = json.loads((Path(spec.origin).parent / "pinyin_dict.json").read_text("utf-8"))
    return table


def sounds(char: str) -> tuple[str, ...]:
    """Return the syllables of ``char`` without tones; none for what is no Chinese character."""
    return tuple(dict.fromkeys(plain(s) for s in _syllables().get(str(ord(char)), "").split(",") if s))


@cache
def _by_sound(alphabet: str) -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    near: dict[str, str] = {}
    for char in alphabet:
        for sound in sounds(char):
            exact[sound] = exact.get(sound, "") + char
            near[loose(sound)] = near.get(loose(sound), "") + char
    return exact, near


@cache
def _shapes() -> dict[str, str]:
    text = files("bihuan.library.proofread").joinpath("data", "shapes.txt").read_text("utf-8")
    groups = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: dict[str, str] = {}
    for group in groups:
        for char in group:
            found[char] = found.get(char, "") + group
    return found


@cache
def confusable(char: str, alphabet: str) -> dict[str, int]:
    """Return the characters of ``alphabet`` that ``char`` may stand for, each with why (the surest reason)."""
    exact, near = _by_sound(alphabet)
    found: dict[str, int] = {}
    for sound in sounds(char):
        found |= dict.fromkeys(near.get(loose(sound), ""), LIKE_SOUND)
    found |= {c: SAME_SHAPE for c in _shapes().get(char, "") if c not in found}
    for sound in sounds(char):
        found |= dict.fromkeys(exact.get(sound, ""), SAME_SOUND)
    found.pop(char, None)
    return found


def alike(a: str, b: str) -> bool:
    """Whether ``a`` may be taken for ``b``."""
    if b in _shapes().get(a, ""):
        return True
    return bool({loose(s) for s in sounds(a)} & {loose(s) for s in sounds(b)})
