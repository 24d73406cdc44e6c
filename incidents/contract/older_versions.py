"""Events of older versions brought up to today's: one function a step, each frozen with the version it reads.

They still lie in databases, outboxes and topics, and stay readable.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

# The kinds of version 1, a closed list. Later kinds bring their own label.
V1_LABELS = {
    "parked_in_no_parking": ("Đỗ xe trong vùng cấm dừng đỗ", "Parked where parking is banned"),
    "vehicle_on_sidewalk": ("Xe trên vỉa hè", "Vehicle on the sidewalk"),
    "vehicle_on_crosswalk": ("Xe dừng trên vạch người đi bộ", "Vehicle standing on the crosswalk"),
    "stopped_vehicle": ("Xe dừng trên đường", "Vehicle stopped on the road"),
    "wrong_way": ("Đi ngược chiều", "Wrong way"),
    "pedestrian_on_carriageway": ("Người đi trên lòng đường", "Person on the carriageway"),
    "object_left_by_person": ("Để lại rác", "Something left lying"),
}


def candidate_raised_v1(document: Json) -> Json:
    """Version 2 added `label` and `view_id`, and opened `kind` and `family` to any word."""
    return {"label": v1_label(str(document.get("kind"))), "view_id": "default"} | document


def v1_label(kind: str) -> dict[str, str]:
    vi, en = V1_LABELS.get(kind, (kind, kind))
    return {"vi": vi, "en": en}
