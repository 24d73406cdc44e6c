"""Which bytes of a file a request asks for (RFC 9110, section 14). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

SINGLE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    start: int
    n_bytes: int

    def content_range(self, n_total: int) -> str:
        return f"bytes {self.start}-{self.start + self.n_bytes - 1}/{n_total}"


class NotSatisfiable(Exception):
    """The range begins behind the end of the file."""


def byte_range(header: str | None, n_total: int) -> ByteRange | None:
    """One range of a file of `n_total` bytes; None for all of it.

    A header that is malformed, in other units, or asks for several ranges is ignored, as the RFC allows: the
    whole file answers it.

    Raises:
        NotSatisfiable
    """
    found = SINGLE.fullmatch((header or "").strip().lower())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(0, n_total - int(last)), n_total - 1
    else:
        start, end = int(first), min(int(last), n_total - 1) if last else n_total - 1
        if last and int(last) < int(first):
            return None
    if start >= n_total or end < start:
        raise NotSatisfiable
    return ByteRange(start=start, n_bytes=end - start + 1)
