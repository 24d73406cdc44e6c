"""The source of a camera: its address with the passwords filled in, or the path of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ingest.camera import STREAM_SCHEMES

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# Only the host is looked at closely: a password before the @ may hold any character.
STREAM_ADDRESS = re.compile(r"rtsps?://(\S*@)?(\[[0-9A-Fa-f:.]+\]|[^\s/:@?#]+)(:[0-9]{1,5})?([/?#]\S*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a camera file refers to: give it as the context of the validation."""

    folder: Path  # paths are meant from here
    environment: Mapping[str, str]  # where `${NAME}` is looked up, so that passwords stay out of the file


def filled(source: str, around: Surroundings) -> str:
    """The source with its variables filled in; a path is taken from the folder of the file."""
    if source.startswith(STREAM_SCHEMES):
        # Quoted, or a password with @ or / in it would cut the address in two.
        address = _fill(source, around.environment, lambda value: quote(value, safe=""))
        if not STREAM_ADDRESS.fullmatch(address):
            raise ValueError(
                "not an address; write rtsp://host/path, where needed with user:password@ before the host "
                "and :port after it"
            )
        return address
    path = _fill(source, around.environment, str)
    # Filled in first: an address that hides in a variable would be shown with its password as a path.
    if "://" in path:
        raise ValueError("must start with rtsp:// or rtsps://, or be a file")
    return str(around.folder / path)


def _fill(text: str, environment: Mapping[str, str], quoted: Callable[[str], str]) -> str:
    missing = [name for name in VARIABLE.findall(text) if name not in environment]
    if missing:
        raise ValueError(f"needs the environment variable {', '.join(missing)}; set it")
    return VARIABLE.sub(lambda match: quoted(environment[match[1]]), text)
