"""The parts that run together: watched, started again where somebody killed them, stopped last first."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mastwatch.stack.errors import PartDied
from mastwatch.stack.process import Process, Program, ending

# A part that a person or the kernel killed now and then is started again, as a city's service manager would.
# One that is killed over and over has a reason that a restart hides.
MAX_RESTARTS = 5
WITHIN_S = 60.0


@dataclass(slots=True)
class Part:
    process: Process
    restart_when_killed: bool
    restarted_at_s: deque[float] = field(default_factory=deque)  # monotonic

    def may_restart(self, now_s: float) -> bool:
        while self.restarted_at_s and now_s - self.restarted_at_s[0] > WITHIN_S:
            self.restarted_at_s.popleft()
        return self.restart_when_killed and len(self.restarted_at_s) < MAX_RESTARTS


class Crew:
    """Started, watched and stopped from one thread: the one in which the parts were started."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._parts: list[Part] = []

    def start(self, program: Program, *, restart_when_killed: bool = False) -> Process:
        process = Process.start(program)
        self.add(process, restart_when_killed=restart_when_killed)
        return process

    def add(self, process: Process, *, restart_when_killed: bool = False) -> None:
        """Watch a process that runs already."""
        self._parts.append(Part(process, restart_when_killed))

    @property
    def processes(self) -> tuple[Process, ...]:
        return tuple(part.process for part in self._parts)

    def check(self) -> None:
        """Start again what was killed.

        Raises:
            PartDied: a part ended by itself, or is killed again and again.
        """
        for part in self._parts:
            exit_code = part.process.exit_code
            if exit_code is None:
                continue
            now_s = time.monotonic()
            if exit_code >= 0 or not part.may_restart(now_s):
                raise died(part.process)
            self._say(f"{part.process.program.name} was killed ({ending(exit_code)}); started again")
            part.restarted_at_s.append(now_s)
            part.process.start_again()

    def stop(self) -> None:
        """End every part, the last started first: who writes stops before what it writes to."""
        while self._parts:
            self._parts.pop().process.stop()


def died(process: Process) -> PartDied:
    program = process.program
    return PartDied(program.name, ending(process.exit_code or 0), process.last_lines(8), program.log_path)
