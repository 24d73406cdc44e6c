"""What a detector can tell apart, as the rules ask for it: by role."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.registry import ModelClass, Role

I32 = NDArray[np.int32]


class ClassTable:
    """The classes that one network's detections point into."""

    def __init__(self, classes: Sequence[ModelClass]) -> None:
        self._classes = tuple(classes)
        self._has_role: dict[Collection[Role], NDArray[np.bool_]] = {}

    def __reduce__(self) -> tuple[object, ...]:
        # Detections go to other processes frame by frame: there too one table serves all.
        return _shared, (self._classes,)

    def __len__(self) -> int:
        return len(self._classes)

    def __getitem__(self, index: int) -> ModelClass:
        return self._classes[index]

    def in_roles(self, class_index: I32, roles: frozenset[Role]) -> NDArray[np.bool_]:
        """(n,) whether each of `class_index`, (n,), has one of these roles."""
        if roles not in self._has_role:
            self._has_role[roles] = np.array([each.role in roles for each in self._classes], np.bool_)
        found: NDArray[np.bool_] = self._has_role[roles][class_index]
        return found


@cache
def _shared(classes: tuple[ModelClass, ...]) -> ClassTable:
    return ClassTable(classes)


NO_CLASSES = ClassTable(())
