"""A real S3 server for tests: SeaweedFS, from a wheel, with its files in a folder of the test."""

from __future__ import annotations

import json
import sysconfig
from pathlib import Path

from mastwatch.stack.process import Process, Program, free_port, listens

ACCESS_KEY_ID = "mastwatch"
SECRET = "not-to-be-shown"  # noqa: S105 (of a server that lives as long as a test)
START_WITHIN_S = 60
MAY_ALL = ["Admin", "Read", "Write", "List"]


class ObjectStore:
    def __init__(self, folder: Path) -> None:
        """Raises DidNotStart."""
        self._port = free_port()
        credentials = [{"accessKey": ACCESS_KEY_ID, "secretKey": SECRET}]
        people = folder / "s3.json"
        people.write_text(
            json.dumps({"identities": [{"name": "tests", "credentials": credentials, "actions": MAY_ALL}]})
        )
        argv = [str(Path(sysconfig.get_path("scripts"), "weed")), "server", f"-dir={folder}", "-s3"]
        argv += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.config={people}", f"-s3.port={self._port}"]
        argv += [
            "-s3.autoCreateBucket=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.port.grpc={free_port()}",
        ]
        for part in ("master", "volume", "filer"):
            argv += [f"-{part}.port={free_port()}", f"-{part}.port.grpc={free_port()}"]
        # Each bucket takes volumes of its own.
        argv += ["-volume.max=200", "-master.volumeSizeLimitMB=8", "-volume.preStopSeconds=0"]
        self.process = Process.start(
            Program(name="object store", argv=argv, log_path=folder / "weed.log", stop_within_s=1)
        )
        self.process.wait_until(lambda: listens(self._port), START_WITHIN_S)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def stop(self) -> None:
        self.process.stop()
