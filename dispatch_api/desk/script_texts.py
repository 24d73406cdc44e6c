"""What the scripts of the desk say, by the keys that they ask with; they fill the {placeholders}."""

from __future__ import annotations

from incidents.texts.catalogue import Message, gettext_noop

SCRIPT_TEXTS: dict[str, Message] = {
    "lost_title": gettext_noop("No connection to the server since {time}."),
    "lost_text": gettext_noop(
        "You can still watch what is open. Decisions and new incidents wait for the connection; "
        "the page reconnects by itself."
    ),
    "back": gettext_noop("Connected again. The queue is up to date."),
    "undo_failed": gettext_noop("Could not undo"),
    "not_saved": gettext_noop("The decision was not saved"),
    "not_loaded": gettext_noop("Could not load"),
    "not_changed": gettext_noop("Could not change it"),
    "not_held": gettext_noop("Could not take it"),
    "hold_over": gettext_noop("Your hold ran out. Open it again to take it."),
    "open_again": gettext_noop("Open again"),
    "failed_network": gettext_noop("The server cannot be reached."),
    "nothing_to_undo": gettext_noop("No decision in the last 5 minutes to undo."),
    "session_ended": gettext_noop("Your session has ended."),
    "sign_in_again": gettext_noop("Sign in again"),
}
