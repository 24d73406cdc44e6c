"""What the desk says of a detection: some kinds have a sentence, any other one made of its label.

No list of the kinds that exist: a rule brings its label with the event, and needs no sentence here.
"""

from __future__ import annotations

from collections.abc import Mapping

from incidents.texts.catalogue import Message, gettext_noop, pgettext_noop

_STOPPED = gettext_noop("stopped {time}")
_STOOD_IN = gettext_noop("{thing} has stood still for {time} in {zone}. The zone's limit is {limit}.")
_STOOD_ON_ROAD = pgettext_noop(
    "on a road", "{thing} has stood still for {time} in {zone}. The zone's limit is {limit}."
)
_STOOD_ON = gettext_noop("{thing} has stood still for {time} on {zone}. The zone's limit is {limit}.")

_MEASURED: Mapping[str, Message] = {
    "parked_in_no_parking": _STOPPED,
    "vehicle_on_sidewalk": _STOPPED,
    "vehicle_on_crosswalk": _STOPPED,
    "stopped_vehicle": _STOPPED,
    "wrong_way": gettext_noop("wrong way {time}"),
    "pedestrian_on_carriageway": gettext_noop("on the road {time}"),
    "object_left_by_person": gettext_noop("lying {time}"),
}
_MEASURED_OTHER = gettext_noop("for {time}")

_BECAUSE: Mapping[str, Message] = {
    "parked_in_no_parking": _STOOD_IN,
    "vehicle_on_sidewalk": _STOOD_ON,
    "vehicle_on_crosswalk": _STOOD_ON,
    "stopped_vehicle": _STOOD_ON_ROAD,
    "wrong_way": gettext_noop(
        "{thing} went against the direction of {zone} for {time}. The limit is {limit}."
    ),
    "pedestrian_on_carriageway": gettext_noop(
        "{thing} has been on {zone} for {time}. The zone's limit is {limit}."
    ),
    "object_left_by_person": gettext_noop(
        "Somebody left an object in {zone} and went away. It has lain for {time}; the limit is {limit}."
    ),
}
_BECAUSE_OTHER = gettext_noop("{kind}: {thing} in {zone} for {time}. The zone's limit is {limit}.")

_THINGS: Mapping[str, Message] = {
    "car": gettext_noop("Car"),
    "motorcycle": gettext_noop("Motorbike"),
    "bus": gettext_noop("Bus"),
    "truck": gettext_noop("Lorry"),
    "bicycle": gettext_noop("Bicycle"),
    "person": gettext_noop("Person"),
    "object": gettext_noop("Unknown object"),
}


def measured(kind: str) -> Message:
    """What was measured, in few words, with {time}."""
    return _MEASURED.get(kind, _MEASURED_OTHER)


def because(kind: str) -> Message:
    """Why it was raised, with {kind}, {thing}, {zone}, {time} and {limit}."""
    return _BECAUSE.get(kind, _BECAUSE_OTHER)


def thing(object_class: str) -> Message | None:
    """The word for what was seen; None for a class that only its detector has a word for."""
    return _THINGS.get(object_class)
