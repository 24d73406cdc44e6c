"""What every decoder does, whatever it runs on. A new one is added to DECODERS and passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from ingest.decoders.cpu import CpuDecoder
from ingest.decoders.decoder import DamagedPacket, Decoder, DecoderFactory, TimedPicture, UnsupportedCodec
from ingest.packet import Packet
from tests.contract.encoded import FPS, START, bar_top, format_of, packets

DECODERS: dict[str, DecoderFactory] = {
    "cpu": CpuDecoder,
    "cpu, all processors": partial(CpuDecoder, n_threads=0),
}


@pytest.fixture(params=DECODERS.values(), ids=DECODERS.keys())
def new_decoder(request: pytest.FixtureRequest) -> DecoderFactory:
    factory: DecoderFactory = request.param
    return factory


@pytest.fixture
def decoder(new_decoder: DecoderFactory) -> Decoder:
    return new_decoder(format_of(320, 192))


def decoded(decoder: Decoder, stream: Sequence[Packet]) -> list[TimedPicture]:
    return [picture for packet in stream for picture in decoder.decode(packet)] + list(decoder.flush())


def seconds(pictures: Sequence[TimedPicture]) -> list[float]:
    return [(timed.at - START).total_seconds() for timed in pictures]


def test_pictures_come_in_the_order_shown_though_their_packets_do_not(decoder: Decoder) -> None:
    stream = packets(320, 192, 30)
    assert any(b.at < a.at for a, b in pairwise(stream))
    assert seconds(decoded(decoder, stream)) == pytest.approx([n / FPS for n in range(30)])


def test_a_picture_has_the_time_of_the_packet_that_held_it(decoder: Decoder) -> None:
    for number, timed in enumerate(decoded(decoder, packets(320, 192, 20))):
        lines = timed.picture.bgr.mean(axis=(1, 2))
        assert int(np.argmax(lines > 130)) == pytest.approx(bar_top(192, number), abs=1)


def test_nothing_is_awaited_for_ever(decoder: Decoder) -> None:
    before_the_end = [timed for packet in packets(320, 192, 30) for timed in decoder.decode(packet)]
    assert len(before_the_end) < 30
    assert len(before_the_end) + len(decoder.flush()) == 30


def test_a_gap_in_the_times_stays_a_gap(decoder: Decoder) -> None:
    times_s = seconds(decoded(decoder, [*packets(320, 192, 10), *packets(320, 192, 10, from_s=60)]))
    assert times_s == pytest.approx([n / FPS for n in range(10)] + [60 + n / FPS for n in range(10)])


def test_a_damaged_packet_costs_no_more_than_its_group(decoder: Decoder) -> None:
    good, damaged, again = (packets(320, 192, 10, from_s=n) for n in range(3))
    noise = [replace(packet, data=bytes(byte ^ 0x5A for byte in packet.data)) for packet in damaged]
    pictures: list[TimedPicture] = []
    n_damaged = 0
    for packet in [*good, *noise, *again]:
        try:
            pictures += decoder.decode(packet)
        except DamagedPacket:
            n_damaged += 1
    pictures += decoder.flush()
    assert n_damaged > 0
    assert sum(timed.at >= START + timedelta(seconds=2) for timed in pictures) == 10


def test_pictures_follow_a_change_of_size(decoder: Decoder) -> None:
    pictures = decoded(decoder, [*packets(320, 192, 10), *packets(192, 320, 10, from_s=1)])
    sizes = [(timed.picture.width_px, timed.picture.height_px) for timed in pictures]
    assert sizes == [(320, 192)] * 10 + [(192, 320)] * 10


def test_what_a_trimmed_file_does_not_show_is_decoded_but_not_handed_on(decoder: Decoder) -> None:
    stream = [
        replace(packet, is_shown=packet.at >= START + timedelta(seconds=0.2))
        for packet in packets(320, 192, 20)
    ]
    assert seconds(decoded(decoder, stream)) == pytest.approx([n / FPS for n in range(5, 20)])


def test_a_decoder_may_be_closed_twice_and_decodes_nothing_after(decoder: Decoder) -> None:
    stream = packets(320, 192, 2)
    decoder.decode(stream[0])
    decoder.close()
    decoder.close()
    with pytest.raises(ValueError, match="closed"):
        decoder.decode(stream[1])


@pytest.mark.parametrize("codec", ["xyzw", "aac"])
def test_a_codec_that_it_cannot_decode_is_refused_by_name(new_decoder: DecoderFactory, codec: str) -> None:
    with pytest.raises(UnsupportedCodec, match=f"unsupported codec {codec}"):
        new_decoder(format_of(320, 192, codec))
