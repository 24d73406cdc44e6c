"""`mastwatch serve`: the pages and the JSON API."""

from __future__ import annotations

import argparse
import errno
import socket

import uvicorn

from dispatch_api.app import ApiSettings, create_app
from mastwatch import lifetime
from mastwatch.commands import Subparsers
from mastwatch.config.profiles import load_profile
from mastwatch.settings import SettingsError, evidence_of, load, need
from mastwatch.stack.errors import PortInUse

# Open pages hold a stream of changes for ever: they are cut off then, and come back by themselves.
LAST_ANSWERS_WITHIN_S = 3


def add_parser(subparsers: Subparsers) -> None:
    subparsers.add_parser("serve", help="the pages and the JSON API")


def run(_args: argparse.Namespace) -> int:
    settings = load()
    app = create_app(
        ApiSettings(
            database_url=need("database_url", settings.database_url),
            evidence=evidence_of(settings),
            policy=load_profile(settings.city),
            secure_cookies=settings.secure_cookies,
        )
    )
    listener = listen(settings.http_host, settings.http_port)
    lifetime.start_logging()
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=LAST_ANSWERS_WITHIN_S
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    return 0 if server.started else 1  # its log says why the application could not start


def listen(host: str, port: int) -> socket.socket:
    """Before anything else starts: uvicorn's own way ends the process without our words."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(f"{host}:{port}", "set another one in MASTWATCH_HTTP_PORT") from error
        raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}") from error
