"""What the demo says while it starts and runs: a moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from mastwatch.demo.accounts import PASSWORD, DemoAccount
from mastwatch.demo.officer import Delivered


class Screen:
    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Say what is being done, and how long it took once it is."""
        started_s = time.monotonic()
        # Away from a terminal rich's status prints nothing: the line below is then all there is.
        with self._console.status(doing):
            yield
        self.say(f"[green]✓[/] {doing} [dim]{time.monotonic() - started_s:.1f} s[/]")

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def ready(self, address: str, accounts: Sequence[DemoAccount]) -> None:
        table = Table.grid(padding=(0, 3, 0, 0))
        for account in accounts:
            table.add_row(account.username, account.full_name, account.unit_name)
        self.say(f"\n[bold]mastwatch is running: {address}[/]")
        self.say(f"Sign in as one of these; the password is always [bold]{PASSWORD}[/]\n")
        self._console.print(table)
        self.say("\nThe first candidates arrive within a minute. Ctrl-C stops everything.\n")

    def delivered(self, report: Delivered) -> None:
        self.say(
            f"{report.kind} at {report.camera_id}, seen {report.seen_at}, queued {report.latency_s:.1f} s"
            f" later, is report {report.report_id}: {report.state} by {report.ward}, due {report.due_at}"
        )
