"""The OLE container of an xls file: its list of streams, and one stream's bytes (MS-CFB)."""

from __future__ import annotations

import struct

from bihuan.excel.errors import Damaged

_END = 0xFFFFFFFA  # sector numbers from here up are marks, not sectors


class Ole:
    """A compound file in memory. Only what a reader of xls needs: names, and streams of 4,096 bytes and more."""

    def __init__(self, data: bytes) -> None:
        """Raises Damaged when the header or the sector table is unusable."""
        self.data = data
        try:
            self.size = 1 << struct.unpack_from("<H", data, 30)[0]
            self.fat = self._fat()
            self.streams = self._directory()
        except (struct.error, IndexError) as fault:
            raise Damaged from fault

    def stream(self, name: str) -> bytes:
        """A stream's bytes; empty when it is absent or shorter than 4,096 bytes (those live elsewhere)."""
        start, size = self.streams.get(name, (_END, 0))
        return self._chain(start)[:size] if size >= 4096 else b""

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self.size
        return self.data[at : at + self.size]

    def _fat(self) -> tuple[int, ...]:
        sectors = list(struct.unpack_from("<109I", self.data, 76))
        extra = struct.unpack_from("<I", self.data, 68)[0]
        seen = 0
        while extra < _END and seen <= len(self.data) // self.size:
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
        sectors: list[bytes] = []
        while number < _END and len(sectors) <= len(self.fat):
            sectors.append(self._sector(number))
            number = self.fat[number] if number < len(self.fat) else _END
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
