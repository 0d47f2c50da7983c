"""The OLE container of an xls file: its streams by name (MS-CFB)."""

from __future__ import annotations

import struct

from bihuan.excel.errors import Damaged

_ROOT = "Root Entry"
_END = 0xFFFFFFFA  # sector numbers from here up are marks, not sectors


class Ole:
    """A compound file in memory. Raises Damaged for one whose sectors do not fit: other readers may never return."""

    def __init__(self, data: bytes) -> None:
        """``data``: the whole file."""
        self.data = data
        try:
            self.size = 1 << struct.unpack_from("<H", data, 30)[0]
            if self.size not in (512, 4096):
                raise Damaged
            self.fat = self._fat()
            self.small_fat = self._numbers(self._chain(struct.unpack_from("<I", data, 60)[0]))
            self.streams = self._directory()
            self.contents = {
                name: self._read(*place) for name, place in self.streams.items() if name != _ROOT
            }
        except (struct.error, IndexError) as fault:
            raise Damaged from fault

    def stream(self, name: str) -> bytes:
        """A stream's bytes; empty when it is absent."""
        return self.contents.get(name, b"")

    def _read(self, start: int, size: int) -> bytes:
        if size >= 4096:
            return self._chain(start)[:size]
        small = self._chain(self.streams.get(_ROOT, (_END, 0))[0])
        pieces: list[bytes] = []
        while start < _END and size:
            if start >= len(self.small_fat) or len(pieces) > len(self.small_fat):
                raise Damaged
            pieces.append(small[start * 64 : start * 64 + 64])
            start = self.small_fat[start]
        return b"".join(pieces)[:size]

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self.size
        return self.data[at : at + self.size]

    def _fat(self) -> tuple[int, ...]:
        sectors = list(struct.unpack_from("<109I", self.data, 76))
        extra = struct.unpack_from("<I", self.data, 68)[0]
        seen = 0
        while extra < _END:
            if seen > len(self.data) // self.size:
                raise Damaged
            listed = self._numbers(self._sector(extra))
            sectors += listed[:-1]
            extra = listed[-1]
            seen += 1
        return tuple(
            entry for number in sectors if number < _END for entry in self._numbers(self._sector(number))
        )

    @staticmethod
    def _numbers(sector: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])

    def _chain(self, number: int) -> bytes:
        """The sectors that follow each other from ``number``; raises Damaged where they run in a circle or out of the file."""
        sectors: list[bytes] = []
        while number < _END:
            if number >= len(self.fat) or len(sectors) > len(self.fat):
                raise Damaged
            sectors.append(self._sector(number))
            number = self.fat[number]
        return b"".join(sectors)

    def _directory(self) -> dict[str, tuple[int, int]]:
        table = self._chain(struct.unpack_from("<I", self.data, 48)[0])
        found: dict[str, tuple[int, int]] = {}
        for at in range(0, len(table) - 127, 128):
            length = struct.unpack_from("<H", table, at + 64)[0]
            name = table[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", table, at + 116)
            if name:
                found[name] = (start, size)
        return found
