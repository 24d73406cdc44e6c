"""A program of the stack: started with a log of its own, stopped in bounded time, and never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mastwatch.stack.errors import DidNotStart, NotInstalled

POLL_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how it likes to be treated."""

    name: str
    argv: Sequence[str]
    log_path: Path
    env: Mapping[str, str] | None = None  # None: ours
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 10.0  # then it is ended
    # Sent by the kernel when we die without having stopped it. KILL unless the program would leave
    # something behind: every part of ours is built to survive a kill -9.
    orphan_signal: signal.Signals = signal.SIGKILL
    setpriv: Sequence[str] = ()  # further options of setpriv(1), to run it as another user


class Process:
    """A running `Program`."""

    def __init__(self, program: Program, popen: subprocess.Popen[bytes]) -> None:
        self.program = program
        self._popen = popen

    @classmethod
    def start(cls, program: Program) -> Self:
        """To be called from the main thread: the kernel counts a parent as dead when the thread that started
        the child has ended (prctl(2), PR_SET_PDEATHSIG).
        """
        if program.log_path.exists():  # of a former start: the last words of a part shall be its own
            os.truncate(program.log_path, 0)
        return cls(program, spawn(program))

    def start_again(self) -> None:
        """The same program, after it has ended."""
        self._popen = spawn(self.program)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the number of the signal that ended it."""
        return self._popen.poll()

    def last_lines(self, n_lines: int) -> str:
        """The end of what it wrote, to say why it died; nothing where somebody has removed the log."""
        if not self.program.log_path.exists():
            return ""
        text = self.program.log_path.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-n_lines:])

    def send(self, signal_number: signal.Signals) -> None:
        self._popen.send_signal(signal_number)

    def wait_until(self, ready: Callable[[], bool], within_s: float, every_s: float = POLL_S) -> None:
        """Raises DidNotStart where it has died or is not ready in time; then it is no longer running."""
        deadline = time.monotonic() + within_s
        while not ready():
            if self.exit_code is not None:
                why = f"it ended with {ending(self.exit_code)}: {self.last_lines(3) or 'it said nothing'}"
                raise DidNotStart(self.program.name, why, self.program.log_path)
            if time.monotonic() > deadline:
                self.stop()
                raise DidNotStart(self.program.name, f"not ready after {within_s:g} s", self.program.log_path)
            time.sleep(every_s)

    def stop(self) -> None:
        """Ask it to stop, and end it where it does not in time, a suspended one too."""
        if self.exit_code is not None:
            return
        self.send(self.program.stop_signal)
        try:
            self._popen.wait(self.program.stop_within_s)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """In a session of its own: a Ctrl-C in our terminal reaches us alone, and we stop the parts in turn."""
    program.log_path.parent.mkdir(parents=True, exist_ok=True)
    tie = tied(program.orphan_signal, program.setpriv)
    with program.log_path.open("ab") as log:
        return subprocess.Popen(
            [*tie, *program.argv],
            env=program.env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def tied(orphan_signal: signal.Signals, options: Sequence[str] = ()) -> list[str]:
    """What to put before a command line, so that the kernel sends it that signal when we die.

    Raises:
        NotInstalled: the machine has no setpriv(1).
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NotInstalled("setpriv", "apt install util-linux")
    return [setpriv, "--pdeathsig", orphan_signal.name.removeprefix("SIG"), *options, "--"]


def ending(exit_code: int) -> str:
    """In words: "exit code 1" or "SIGKILL"."""
    return f"exit code {exit_code}" if exit_code >= 0 else signal.Signals(-exit_code).name


def free_port() -> int:
    """A loopback port that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def environment(**extra: str) -> dict[str, str]:
    """Ours, with more."""
    return {**os.environ, **extra}
