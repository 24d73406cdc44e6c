"""What every decoder does, whatever it runs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ingest.frame import Picture
from ingest.packet import Packet, StreamFormat


class UnsupportedCodec(Exception):
    """This decoder cannot decode such a stream at all."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        super().__init__(f"unsupported codec {codec}")


class DamagedPacket(Exception):
    """Nothing could be decoded from a packet. The decoder goes on with the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedPicture:
    at: datetime  # the time of the packet that it was decoded from
    picture: Picture


class Decoder(Protocol):
    """Packets of one stream in, pictures out, in the order in which they are shown.

    A decoder belongs to one thread and one connection: a new connection gets a new decoder.
    """

    def decode(self, packet: Packet) -> Sequence[TimedPicture]:
        """The pictures that are complete with this packet; often one, none while later ones are awaited.

        Raises:
            DamagedPacket: nothing could be decoded; the next packet may be given all the same.
            ValueError: the decoder is closed.
        """
        ...

    def flush(self) -> Sequence[TimedPicture]:
        """The pictures that were still awaited, at the end of the stream. After it comes only `close`."""
        ...

    def close(self) -> None:
        """Let go of what the decoder holds. May be called twice."""
        ...


DecoderFactory = Callable[[StreamFormat], Decoder]  # raises UnsupportedCodec
