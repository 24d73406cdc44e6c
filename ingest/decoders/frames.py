"""Decoded pictures become frames: checked, numbered, and thinned as the policy says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.decoders.decoder import TimedPicture
from ingest.decoders.policy import DecodePolicy, FrameRateLimiter
from ingest.errors import Undecodable
from ingest.frame import Frame
from ingest.picture import unfit_size


@dataclass(slots=True)
class FrameCounts:
    """What became of a source's packets, since the start of this process."""

    n_decoded: int = 0
    n_undecodable: int = 0  # packets from which nothing could be decoded
    n_thinned: int = 0  # decoded pictures that the policy left out


class FrameAssembler:
    """The frames of one source over all its connections.

    Args:
        address: of the camera or file, for errors.
    """

    def __init__(self, camera_id: str, address: str, policy: DecodePolicy) -> None:
        self._camera_id = camera_id
        self._address = address
        self._limiter = FrameRateLimiter(policy)
        self.counts = FrameCounts()

    def frames(self, pictures: Iterable[TimedPicture]) -> Iterator[Frame]:
        """Those that are due. Pictures come in the order of their times.

        Raises:
            Undecodable: a picture is too small or too narrow for anything to be detected in it.
        """
        for timed in pictures:
            if (unfit := unfit_size(timed.picture.width_px, timed.picture.height_px)) is not None:
                raise Undecodable(self._camera_id, self._address, unfit)
            sequence = self.counts.n_decoded
            self.counts.n_decoded += 1
            if not self._limiter.takes(timed.at):
                self.counts.n_thinned += 1
                continue
            yield Frame(
                camera_id=self._camera_id, sequence=sequence, captured_at=timed.at, picture=timed.picture
            )
