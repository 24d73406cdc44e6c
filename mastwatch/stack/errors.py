"""What can go wrong while the parts of the stack start, run and stop."""

from __future__ import annotations

from pathlib import Path


class StackError(Exception):
    """A part of the embedded stack cannot do its work."""


class NotInstalled(StackError):
    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} is not installed; {mend}")


class PortInUse(StackError):
    def __init__(self, address: str, mend: str) -> None:
        super().__init__(f"{address} is in use by another program; {mend}")


class DidNotStart(StackError):
    def __init__(self, name: str, why: str, log_path: Path) -> None:
        super().__init__(f"{name} did not start: {why} (log: {log_path})")


class PartDied(StackError):
    def __init__(self, name: str, how: str, last_lines: str, log_path: Path) -> None:
        said = f"; its last words:\n{last_lines}" if last_lines else ""
        super().__init__(f"{name} ended with {how} (log: {log_path}){said}")


class NotOurFolder(StackError):
    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"{folder} cannot be used: {why}; give another folder or remove this one")
