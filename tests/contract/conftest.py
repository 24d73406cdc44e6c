"""Real RTSP for the tests, and a proxy in front of it that fails as cameras and networks do."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mastwatch.stack.cameras import VirtualCameras, prepare

CLIP = "vn-bag-dropped-walking"  # 6.3 s, 30 pictures a second, 480x848


class FaultyNetwork:
    """Passes bytes to and from a real RTSP server until told to misbehave. Every fault is a switch."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self._password: str | None = None
        self.scramble = False  # pictures arrive as noise
        self.swapped = (b"", b"")  # in what the server says; of one length
        self.said: list[bytes] = []  # by clients to the server
        self.n_connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str, credentials: str = "") -> str:
        at = f"{credentials}@" if credentials else ""
        return f"rtsp://{at}127.0.0.1:{self._listener.getsockname()[1]}/{path}"

    def ask_for(self, password: str) -> None:
        """From now on only the user "xem" with this password is let in."""
        self._password = password

    def freeze(self) -> None:
        """The server stops sending; the connection stays."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        """Every connection breaks."""
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def close(self) -> None:
        self._listener.close()
        self._flowing.set()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                camera, _ = self._listener.accept()
            except OSError:
                return
            self.n_connections += 1
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._sockets += [camera, server]
            threading.Thread(target=self._up, args=(camera, server), daemon=True).start()
            threading.Thread(target=self._down, args=(server, camera), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while request := client.recv(65_536):
                self.said.append(request)
                if self._refuses(request):
                    client.sendall(self._challenge(request))
                else:
                    server.sendall(request)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        try:
            while data := server.recv(65_536):
                self._flowing.wait()
                data = data.replace(*self.swapped) if self.swapped[0] else data
                client.sendall(noise(data) if self.scramble else data)
            client.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _refuses(self, request: bytes) -> bool:
        if self._password is None or not request.startswith((b"OPTIONS", b"DESCRIBE", b"SETUP", b"PLAY")):
            return False
        expected = base64.b64encode(f"xem:{self._password}".encode())
        return b"Authorization: Basic " + expected not in request

    def _challenge(self, request: bytes) -> bytes:
        (number,) = (line for line in request.split(b"\r\n") if line.lower().startswith(b"cseq"))
        return b'RTSP/1.0 401 Unauthorized\r\n%s\r\nWWW-Authenticate: Basic realm="camera"\r\n\r\n' % number


def noise(data: bytes) -> bytes:
    """The same with every picture's bytes turned round, the RTP around them left as it is."""
    if not data.startswith(b"$"):
        return data
    out, at = bytearray(data), 0
    while at + 4 <= len(data) and data[at : at + 1] == b"$":
        end = at + 4 + int.from_bytes(data[at + 2 : at + 4], "big")
        # Interleaved header 4 bytes, RTP header 12, two of the picture's own to keep it the same kind.
        for n in range(at + 18, min(end, len(data))):
            out[n] ^= 0x5A
        at = end
    return bytes(out)


@pytest.fixture(scope="session")
def cameras(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualCameras]:
    folder = tmp_path_factory.mktemp("cameras")
    prepare({CLIP: shared_dir / "footage" / CLIP / "clip.mp4"}, folder)
    running = VirtualCameras(folder, folder / "cameras.log")
    yield running
    running.stop()


@pytest.fixture
def network(cameras: VirtualCameras) -> Iterator[FaultyNetwork]:
    between = FaultyNetwork(cameras.port)
    yield between
    between.close()
