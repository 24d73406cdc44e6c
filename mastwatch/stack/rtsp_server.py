"""The program that serves clips over RTSP: `python -m mastwatch.stack.rtsp_server FOLDER PORT`."""

from __future__ import annotations

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aio_rtsp_toolkit.server import RtspServer

# Each stream that plays holds a thread that reads its file. asyncio's own pool has as many as the machine has
# cores and four more: on two cores the seventh stream would wait for one of the others to end, for ever.
MAX_STREAMS = 64


def main(argv: list[str]) -> None:
    folder, port = Path(argv[0]), int(argv[1])
    server = RtspServer(str(folder), host="127.0.0.1", port=port)
    # Its own logger tells of every request and report: hundreds of lines a minute.
    server.logger = logging.getLogger("rtsp_server")
    asyncio.run(serve(server))


async def serve(server: RtspServer) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MAX_STREAMS, "stream"))
    await server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
