"""What is wrong with a file, each fault with the line it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

N_FAULTS_MAX = 100  # nobody reads more


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    place: str  # of a file, or the name of an environment variable
    line: int  # from 1; 0: it has none
    problem: str

    def __str__(self) -> str:
        where = f"{self.place}:{self.line}" if self.line else self.place
        return f"{where}: {self.problem}"


class ConfigError(Exception):
    """A file or a variable that cannot be used: every fault in it, one a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        found = sorted(set(faults))
        self.faults = tuple(found[:N_FAULTS_MAX])
        more = [f"... and {len(found) - N_FAULTS_MAX} more"] if len(found) > N_FAULTS_MAX else []
        super().__init__("\n".join([*map(str, self.faults), *more]))


def one_fault(path: Path, line: int, problem: str) -> ConfigError:
    return ConfigError([Fault(str(path), line, problem)])
