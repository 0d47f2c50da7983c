"""Packages that came to harm: one bit of the packed content of a part is the other way round."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator


def damaged(package: bytes, part: str, times: int) -> Iterator[bytes]:
    """Yield ``package`` (a zip) ``times`` times, with a bit changed at places spread over the part whose name begins so.

    Not in its first byte: it says whether another block follows, which changes nothing where the length is known.
    """
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        info = next(i for i in opened.infolist() if i.filename.startswith(part))
    begin = info.header_offset + 30 + sum(struct.unpack_from("<HH", package, info.header_offset + 26))
    for no in range(times):
        content = bytearray(package)
        content[begin + 1 + no * (info.compress_size - 1) // times] ^= 1 << no % 8
        yield bytes(content)
