"""The keys of the desk and what each does, for the sheet of them."""

from __future__ import annotations

from incidents.texts.catalogue import Message, gettext_noop

# What stands on the key; a Message where each language has its own.
KEYS: tuple[tuple[tuple[str | Message, ...], Message], ...] = (
    ((gettext_noop("Enter"),), gettext_noop("Confirm and send to the unit")),
    (("X", "1-5"), gettext_noop("Dismiss, then choose the reason")),
    (("J",), gettext_noop("Later: on to the next")),
    (("U",), gettext_noop("Undo the last decision (within 5 minutes)")),
    (("C",), gettext_noop("Change the category")),
    (("W",), gettext_noop("Change the ward")),
    (("S",), gettext_noop("Change the severity")),
    (("1", "2", "3"), gettext_noop("Clip, then and now, original picture")),
    (("O",), gettext_noop("Box and zone on or off")),
    ((gettext_noop("Space"),), gettext_noop("Stop or play the clip")),
    (("↑", "↓"), gettext_noop("Up and down the queue")),
    (("V",), gettext_noop("Why this deadline")),
    (("?",), gettext_noop("This list")),
)
