"""What can be wrong with a camera's stream, in words an operator can act on."""

from __future__ import annotations

import re

# As cameras take them in the path and the query: user=admin&password=… and user=admin_password=….
SECRET_IN_PATH = re.compile(r"(?i)(user(?:name)?|pass(?:word|wd)?|pwd)=[^&/?#]*")


class StreamError(Exception):
    """A camera gives no pictures. Its message never holds a password."""

    def __init__(self, camera_id: str, where: str, what: str) -> None:
        self.camera_id = camera_id
        self.where = without_password(where)
        self.what = what
        super().__init__(f"camera {camera_id} at {self.where}: {what}")


class Unreachable(StreamError):
    """Nobody answers at the address, or not in time."""


class Unauthorized(StreamError):
    """The user name or the password is wrong."""


class NoVideo(StreamError):
    """The address answers, but there is no such stream, or no picture in it."""


class Stalled(StreamError):
    """Connected, but nothing has come for longer than the read timeout."""


class Ended(StreamError):
    """The other side closed the stream."""


class Undecodable(StreamError):
    """Data comes, but no picture can be made of it."""


def without_password(address: str) -> str:
    """The address with user name and password taken out; a file's path stays as it is.

    Not by the grammar of addresses: a password that was not quoted may hold any of its marks. Rather too much
    is taken out of a path with an @ in it than too little.
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    return scheme + mark + SECRET_IN_PATH.sub(r"\1=…", rest.rpartition("@")[2])
