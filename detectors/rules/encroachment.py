"""A vehicle parked where standing is not allowed: no-parking strips, sidewalks, crosswalks."""

from __future__ import annotations

from detectors.rules.dwell import DwellRule
from detectors.rules.rule import Kind
from incidents.contract.events import Family, Label
from ingest.camera import ZoneType

PARKED_IN_NO_PARKING = Kind(
    kind="parked_in_no_parking",
    family=Family.ENCROACHMENT,
    label=Label(vi="Đỗ xe trong vùng cấm dừng đỗ", en="Parked where parking is banned"),
)
VEHICLE_ON_SIDEWALK = Kind(
    kind="vehicle_on_sidewalk",
    family=Family.ENCROACHMENT,
    label=Label(vi="Xe trên vỉa hè", en="Vehicle on the sidewalk"),
)
VEHICLE_ON_CROSSWALK = Kind(
    kind="vehicle_on_crosswalk",
    family=Family.ENCROACHMENT,
    label=Label(vi="Xe dừng trên vạch người đi bộ", en="Vehicle standing on the crosswalk"),
)

RULE = DwellRule(
    kind_of={
        ZoneType.NO_PARKING: PARKED_IN_NO_PARKING,
        ZoneType.KEEP_CLEAR: PARKED_IN_NO_PARKING,
        ZoneType.SIDEWALK: VEHICLE_ON_SIDEWALK,
        ZoneType.CROSSWALK: VEHICLE_ON_CROSSWALK,
    }
)
