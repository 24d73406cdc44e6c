"""Dead letters back into their topic, where this version can read them by now."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.bus.dead_letters import DeadLetter, DeadLetters, NoDeadLetter
from incidents.contract.codec import Unreadable, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    letter: DeadLetter
    problem: str | None  # why it was not replayed; None: it is in its topic again


def replay(dead_letters: DeadLetters, letter_id: str, model: type[object]) -> Replay:
    """Put one back, unless it would only come back as another dead letter.

    Replaying it again is harmless: what it holds has the id that its producer gave it, and is queued once.

    Raises:
        NoDeadLetter: there is none of that id.
        BusUnavailable
    """
    letter = dead_letters.get(letter_id)
    try:
        message = dead_letters.whole(letter)
        decode(message.value, model)
    except (NoDeadLetter, Unreadable) as error:
        return Replay(letter=letter, problem=str(error))
    dead_letters.replay(letter, message)
    return Replay(letter=letter, problem=None)
