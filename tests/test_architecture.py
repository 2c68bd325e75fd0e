"""The arrows between rooms go one way, and what the design bans is not there."""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
CORE = sorted((PROJECT / "fer_core").rglob("*.py"))
PAGES = [PROJECT / "app.py", *sorted((PROJECT / "pages").rglob("*.py"))]
PARTS, SHARED = sorted((PROJECT / "pages" / "parts").rglob("*.py")), sorted((PROJECT / "pages" / "shared").glob("*.py"))

TIERS = (
    {
        "errors",
        "labels",
        "palette",
        "home",
        "files",
        "samples",
        "glossary",
        "preprocessing",
        "priors",
    },
    {"images", "plaintext", "sandbox"},
    {"data"},
    {"network"},
    {"worker"},
    {"blazeface", "classifier", "card"},
    {"detection"},
    {"checkpoint"},
    {"recognition", "evaluation", "features", "detective"},
    {"training"},
    {"drawing", "stages"},
    {"foreign", "live"},
    {"insight"},
    {"plots"},
    {"photos", "videos", "roundtrip", "quiz", "takehome", "service", "experiments"},
    {"reports"},
    {"benchmark"},
    {"cli"},
    {"__main__"},
)
"""The rooms of ``fer_core``, lowest first: a module imports from its own room and from lower tiers."""

KERAS_ROOMS = {
    f"fer_core.training.{room}"
    for room in (
        "layers",
        "heads",
        "architectures",
        "optimizers",
        "callbacks",
        "precision",
        "strategy",
        "teaching",
        "steps",
        "judging",
        "trainer",
        "export",
        "result",
        "job",
    )
} | {"fer_core.benchmark.rates", "fer_core.foreign.conversion"}
COMMAND_LINE = {
    f"fer_core.{room}"
    for room in (
        "cli.commands",
        "cli.runs",
        "cli.evaluation",
        "training.command",
        "benchmark",
        "benchmark.rooms",
        "benchmark.training",
        "__main__",
    )
}

CHILDREN = {"fer_core.foreign.child"}


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def module_name(path):
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path, *, top_level=False):
    """Names of the modules a file imports, at any depth or only when it is itself imported."""
    tree = parsed(path)
    nodes = tree.body if top_level else ast.walk(tree)
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its arrow"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names if is_module(node, alias)}
    return names


def is_module(node, alias):
    path = PROJECT / Path(*node.module.split(".")) / alias.name
    return path.with_suffix(".py").exists() or path.is_dir()


def of_library(names, *libraries):
    return {name for name in names if name.split(".")[0] in libraries}


def room(name):
    return name.split(".")[1]


def tier(name):
    found = [i for i, rooms in enumerate(TIERS) if room(name) in rooms]
    assert found, f"{name} is a new room: give it its place in TIERS"
    return found[0]


def nodes(paths, kind):
    return [(path, node) for path in paths for node in ast.walk(parsed(path)) if isinstance(node, kind)]


def core_arrows(path):
    return {name for name in imports(path) if name.startswith("fer_core.")}


@pytest.mark.parametrize("path", CORE, ids=module_name)
def test_the_core_knows_no_streamlit(path):
    assert not of_library(imports(path), "streamlit", "streamlit_webrtc", "pages")


@pytest.mark.parametrize("path", CORE, ids=module_name)
def test_arrows_go_to_lower_tiers(path):
    name = module_name(path)
    if name == "fer_core":
        assert not core_arrows(path)
        return
    upward = {t for t in core_arrows(path) if room(t) != room(name) and tier(t) >= tier(name)}
    assert not upward


def test_there_are_no_circles():
    graph = {module_name(path): core_arrows(path) - {module_name(path)} for path in CORE}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(CORE)  # a circle raises CycleError


@pytest.mark.parametrize("path", CORE, ids=module_name)
def test_only_the_keras_rooms_know_keras(path):
    if module_name(path) not in KERAS_ROOMS:
        assert not of_library(imports(path), "keras", "tensorflow")


@pytest.mark.parametrize("path", CORE, ids=module_name)
def test_the_keras_rooms_are_imported_by_each_other_and_lazily_by_the_command_line(path):
    name = module_name(path)
    if name in KERAS_ROOMS:
        return
    assert not imports(path, top_level=True) & KERAS_ROOMS
    assert name in COMMAND_LINE | CHILDREN or not imports(path) & KERAS_ROOMS


def test_the_trainer_is_imported_by_the_job_and_its_result_only():
    importers = {
        room
        for room in KERAS_ROOMS
        for path in [PROJECT / Path(*room.split(".")).with_suffix(".py")]
        if "fer_core.training.trainer" in imports(path)
    }
    assert importers == {"fer_core.training.job", "fer_core.training.result"}


@pytest.mark.parametrize("path", PAGES, ids=module_name)
def test_pages_leave_the_work_to_the_core(path):
    names = imports(path)
    assert not of_library(names, "cv2", "tensorflow", "keras", "sklearn", "PIL", "ai_edge_litert", "subprocess")
    assert not names & (KERAS_ROOMS | COMMAND_LINE)


@pytest.mark.parametrize("path", PARTS, ids=module_name)
def test_a_page_is_put_together_from_its_own_parts(path):
    needed = {name for name in imports(path) if name.startswith("pages.")}
    assert all(name.startswith((f"pages.parts.{path.parent.name}", "pages.shared")) for name in needed)


@pytest.mark.parametrize("path", SHARED, ids=module_name)
def test_what_pages_share_needs_none_of_them(path):
    assert not {name for name in imports(path) if name.startswith("pages.") and not name.startswith("pages.shared")}


def test_pages_open_without_what_takes_seconds_to_import():
    """scikit-learn and most of SciPy are loaded by what first needs them, after the page's heading is there."""
    modules = [module_name(path) for path in (*PARTS, *SHARED)]
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script, *modules], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    slow = {
        "sklearn",
        "scipy.stats",
        "scipy.optimize",
        "scipy.special",
        "scipy.sparse",
        "tensorflow",
        "keras",
        "optuna",
    }
    assert not slow & {*loaded}


def test_no_module_state_is_changed():
    assert [f"{path}:{node.lineno}" for path, node in nodes(CORE + PAGES, ast.Global)] == []


@pytest.mark.parametrize("path", [path for path in CORE + PAGES if path.parent.name != "pages"], ids=module_name)
def test_module_constants_are_never_mutated(path):
    tree = parsed(path)
    constants = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    mutators = {"append", "extend", "add", "update", "insert", "pop", "remove", "clear", "setdefault", "discard"}
    calls = [
        node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    assert not {f.value.id for f in calls if f.attr in mutators and isinstance(f.value, ast.Name)} & constants
    stores = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)]
    assert not {node.value.id for node in stores if isinstance(node.value, ast.Name)} & constants


def test_rooms_have_names_of_their_own():
    words = {word for path in CORE + PAGES for word in re.split(r"[._]", module_name(path))}
    assert not words & {"utils", "util", "helpers", "helper", "common", "misc", "manager", "process", "handle"}


def test_no_exception_is_swallowed_unnamed():
    broad = [
        f"{path}:{node.lineno}"
        for path, node in nodes(CORE + PAGES, ast.ExceptHandler)
        if node.type is None
        or any(isinstance(n, ast.Name) and n.id in ("Exception", "BaseException") for n in ast.walk(node.type))
    ]
    assert broad == []


def test_only_the_command_line_prints():
    calls = nodes([path for path in CORE + PAGES if path.name != "__main__.py"], ast.Call)
    assert [f"{path}:{node.lineno}" for path, node in calls if getattr(node.func, "id", "") == "print"] == []


@pytest.mark.parametrize(
    "banned",
    [
        r"safe_mode\s*=\s*False",
        r"enable_unsafe_deserialization",
        r"pickle\.load",
        r"joblib\.load",
        r"allow_pickle\s*=\s*True",
        r"(?<![\w.])eval\(",
        r"(?<![\w.])exec\(",
        r"os\.system",
        r"shell\s*=\s*True",
        r"extractall",
        r"MAX_IMAGE_PIXELS\s*=\s*None",
    ],
)
def test_what_runs_foreign_code_is_not_there(banned):
    assert [str(path) for path in CORE + PAGES if re.search(banned, path.read_text(encoding="utf-8"))] == []


def test_raw_html_in_markdown_is_constant():
    for path, call in nodes(PAGES + CORE, ast.Call):
        if any(keyword.arg == "unsafe_allow_html" for keyword in call.keywords):
            assert all(isinstance(argument, ast.Constant) for argument in call.args), f"{path}:{call.lineno}"


def test_the_tiers_name_every_room_once():
    rooms = [room for rooms in TIERS for room in rooms]
    assert len(rooms) == len(set(rooms))
    assert all(not lower & upper for lower, upper in pairwise(TIERS))
