"""The rules there are. A new kind is a file beside this one, and its rule in this list."""

from __future__ import annotations

from typing import Any

from detectors.rules import encroachment, littering, pedestrian, stopped, wrong_way
from detectors.rules.rule import Kind, Rule

Rules = tuple[Rule[Any], ...]

# In this order their events of one frame are raised.
RULES: Rules = (encroachment.RULE, stopped.RULE, wrong_way.RULE, pedestrian.RULE, littering.RULE)


def kinds(rules: Rules = RULES) -> tuple[Kind, ...]:
    """Every kind that these rules raise, in their order."""
    return tuple(kind for rule in rules for kind in rule.kinds)
