"""On which line of a TOML text each key stands, which ``tomllib`` does not tell."""

from __future__ import annotations

import tomllib

Path = tuple[str | int, ...]


def lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of each table, key and array element of a text that ``tomllib`` accepts.

    A path holds keys, and indices within arrays: ``("columns", 2, "label")``. The text before a first header
    is the table ``()``.
    """
    return _Scanner(text.replace("\r\n", "\n")).run()


class _Scanner:
    """Walks through valid TOML; it need not find errors, only its way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {(): 1}
        self.counts: dict[Path, int] = {}

    def run(self) -> dict[Path, int]:
        table: Path = ()
        self.skip(" \t\n")
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(" \t\n")
        return self.found

    def note(self, path: Path) -> None:
        """Keep the first line of a path: ``a.b = 1`` and a later ``a.c = 2`` both belong to ``a``."""
        self.found.setdefault(path, self.text.count("\n", 0, self.at) + 1)

    def skip(self, blanks: str) -> None:
        """Pass over ``blanks`` and, where a line break may stand, over comments."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#" and "\n" in blanks:
                self.to_line_end()
            elif char in blanks:
                self.at += 1
            else:
                return

    def to_line_end(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def header(self) -> Path:
        start = self.at
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        keys = self.key("]")
        end, self.at = self.at, start
        path = self.place(keys, array)
        self.at = end
        self.to_line_end()
        return path

    def place(self, keys: tuple[str, ...], array: bool) -> Path:
        """Turn the keys of a header into a path with the index of the latest element of each array."""
        path: Path = ()
        for key in keys[:-1]:
            self.note((*path, key))
            path = self.latest((*path, key))
        path = (*path, keys[-1])
        if array:
            self.note(path)
            self.counts[path] = self.counts.get(path, 0) + 1
        path = self.latest(path)
        self.note(path)
        return path

    def latest(self, path: Path) -> Path:
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def pair(self, table: Path) -> None:
        start = self.at
        path = table
        keys = self.key("=")
        end, self.at = self.at, start
        for key in keys:
            path = (*path, key)
            self.note(path)
        self.at = end + 1
        self.value(path)

    def key(self, stop: str) -> tuple[str, ...]:
        """Read a (dotted, quoted) key up to ``stop``, and leave the place there."""
        start = self.at
        while self.text[self.at] != stop:
            self.at = self.string_end() if self.text[self.at] in "\"'" else self.at + 1
        table = tomllib.loads(self.text[start : self.at] + " = 0")
        keys: list[str] = []
        while isinstance(table, dict):
            key, table = next(iter(table.items()))
            keys.append(key)
        return tuple(keys)

    def value(self, path: Path) -> None:
        self.skip(" \t")
        char = self.text[self.at]
        if char == "[":
            self.array(path)
        elif char == "{":
            self.inline(path)
        elif char in "\"'":
            self.at = self.string_end()
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1
        self.skip(" \t")
        if self.text.startswith("#", self.at):
            self.to_line_end()

    def array(self, path: Path) -> None:
        self.at += 1
        self.skip(" \t\n")
        index = 0
        while self.text[self.at] != "]":
            self.note((*path, index))
            self.value((*path, index))
            self.skip(" \t\n,")
            index += 1
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        self.skip(" \t")
        while self.text[self.at] != "}":
            self.pair(path)
            self.skip(" \t,")
        self.at += 1

    def string_end(self) -> int:
        quote = self.text[self.at]
        if not self.text.startswith(quote * 3, self.at):
            return self.close(quote, self.at + 1) + 1
        end = self.close(quote * 3, self.at + 3) + 3
        while self.text.startswith(quote, end):  # up to two quotes may stand before the closing three
            end += 1
        return end

    def close(self, mark: str, at: int) -> int:
        """Where ``mark`` next stands; a backslash escapes it in double quotes only."""
        while not self.text.startswith(mark, at):
            at += 2 if self.text[at] == "\\" and mark[0] == '"' else 1
        return at
