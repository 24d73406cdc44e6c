"""What a reader is told of an error by its HTTP status: what happened, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.texts.catalogue import Message, gettext_noop


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    title: Message
    text: Message


# Statuses with words of their own; any other is shown as the nearest of its hundred.
_BY_STATUS: dict[int, Advice] = {
    400: Advice(
        title=gettext_noop("The request could not be read"),
        text=gettext_noop("Reload the page and send it again."),
    ),
    401: Advice(
        title=gettext_noop("Sign in first"),
        text=gettext_noop("Your session has ended. Sign in again to go on."),
    ),
    403: Advice(
        title=gettext_noop("You may not see this page"),
        text=gettext_noop("This page belongs to another role or unit."),
    ),
    404: Advice(
        title=gettext_noop("Not found"),
        text=gettext_noop("The address is wrong, or this is not your unit's."),
    ),
    405: Advice(
        title=gettext_noop("This page does not accept that request"),
        text=gettext_noop("Go back and use the buttons of the page."),
    ),
    409: Advice(
        title=gettext_noop("Somebody else changed it meanwhile"),
        text=gettext_noop("Reload to see how it stands before you decide."),
    ),
    413: Advice(
        title=gettext_noop("The upload is too large"),
        text=gettext_noop("Send a smaller file."),
    ),
    422: Advice(
        title=gettext_noop("Something is missing or wrong"),
        text=gettext_noop("Go back and correct what is named below."),
    ),
    429: Advice(
        title=gettext_noop("Too many attempts"),
        text=gettext_noop("Wait, then try again."),
    ),
    500: Advice(
        title=gettext_noop("The server failed"),
        text=gettext_noop(
            "Nothing was lost. The failure is in the log under {code}; give this code to the administrator."
        ),
    ),
    503: Advice(
        title=gettext_noop("The database does not answer"),
        text=gettext_noop("Nothing was lost. Try again in a few minutes."),
    ),
    507: Advice(
        title=gettext_noop("The server could not store the file"),
        text=gettext_noop("Nothing was changed. Keep the photo, tell the administrator, then send it again."),
    ),
}


def advice_on(status: int) -> Advice:
    """Of 500, the text has a {code} to be filled in."""
    return _BY_STATUS.get(status) or _BY_STATUS[500 if status >= 500 else 400]
