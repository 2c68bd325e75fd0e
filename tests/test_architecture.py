"""The arrows between rooms go one way, and what the design bans is not there."""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

PROJECT = Path(__file__).parent.parent
CORE = sorted((PROJECT / "fer_core").rglob("*.py"))
PAGES = [PROJECT / "app.py", *sorted((PROJECT / "pages").rglob("*.py"))]
PARTS, SHARED = (
    sorted((PROJECT / "pages" / "parts").rglob("*.py")),
    sorted((PROJECT / "pages" / "shared").rglob("*.py")),
)

TIERS = (
    {"errors", "labels"},
    {"storage"},
    {"faces"},
    {"datasets"},
    {"checkpoints"},
    {"training.settings"},
    {"training.runs", "recognition", "evaluation", "explain"},
    {"training.network"},
    {"training.child"},
    {"lessons", "plots", "service"},
    {"reports"},
    {"cli"},
    {"__main__"},
)
"""The rooms of ``fer_core``, lowest first: a module imports from its own room and from lower tiers."""

KERAS_ROOMS = ("fer_core.training.network", "fer_core.training.child")
"""What may import Keras, and is itself imported by itself and, inside a function, by the command line only."""


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
    parts = name.split(".")[1:]
    return ".".join(parts[:2]) if parts[0] == "training" and len(parts) > 1 else parts[0]


def tier(name):
    found = [i for i, rooms in enumerate(TIERS) if room(name) in rooms]
    assert found, f"{name} is a new room: give it its place in TIERS"
    return found[0]


def nodes(paths, kind):
    return [(path, node) for path in paths for node in ast.walk(parsed(path)) if isinstance(node, kind)]


def places(found):
    """File and line of each node, for the message of a test that lists every offender."""
    return [f"{path.relative_to(PROJECT)}:{node.lineno}" for path, node in found]


def core_arrows(path):
    return {name for name in imports(path) if name.startswith("fer_core.")}


def keras_arrows(names):
    return {name for name in names if name.startswith(KERAS_ROOMS)}


def offenders(paths, wrong):
    """What is wrong in each file, by module, for those in which something is."""
    return {module_name(path): found for path in paths if (found := wrong(path))}


def test_the_core_knows_no_streamlit():
    assert (
        offenders(CORE, lambda path: of_library(imports(path), "streamlit", "streamlit_webrtc", "pages", "tests")) == {}
    )


def test_arrows_go_to_lower_tiers():
    def upward(path):
        name = module_name(path)
        return {t for t in core_arrows(path) if room(t) != room(name) and tier(t) >= tier(name)}

    api, outer = PROJECT / "fer_core" / "__init__.py", PROJECT / "fer_core" / "training" / "__init__.py"
    assert offenders([path for path in CORE if path not in (api, outer)], upward) == {}
    assert core_arrows(outer) == set()
    # The Python API stands above all rooms but the command line, and imports them inside its functions only.
    assert {name for name in imports(api, top_level=True) if name.startswith("fer_core.")} == {"fer_core.errors"}
    assert {name for name in core_arrows(api) if tier(name) >= tier("fer_core.training.network")} == set()
    assert offenders([path for path in CORE if path != api], lambda path: {"fer_core"} & imports(path)) == {}


def test_there_are_no_circles():
    graph = {module_name(path): core_arrows(path) - {module_name(path)} for path in CORE}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(CORE)  # a circle raises CycleError


def test_only_two_rooms_know_keras():
    others = [path for path in CORE if not module_name(path).startswith(KERAS_ROOMS)]
    assert offenders(others, lambda path: of_library(imports(path), "keras", "tensorflow")) == {}
    assert offenders(others, lambda path: keras_arrows(imports(path, top_level=True))) == {}
    importers = offenders(others, lambda path: keras_arrows(imports(path)))
    assert {*importers} == {"fer_core.cli.execution"}


def test_onnx_runtime_is_imported_in_limited_processes_only():
    """By a session, which is opened there: a bug in how it reads a file must not reach the web process."""
    importers = {module_name(path) for path in CORE + PAGES if of_library(imports(path), "onnxruntime")}
    assert importers == {"fer_core.checkpoints.onnx_session"}
    session = {module_name(p): p for p in CORE + PAGES if "fer_core.checkpoints.onnx_session" in imports(p)}
    assert {*session} == {"fer_core.checkpoints.sessions"}
    assert "fer_core.checkpoints.onnx_session" not in imports(session["fer_core.checkpoints.sessions"], top_level=True)


def test_the_trainer_is_imported_by_the_job_only():
    importers = {module_name(path) for path in CORE if "fer_core.training.child.trainer" in imports(path)}
    assert importers == {"fer_core.training.child.job"}


def test_pages_leave_the_work_to_the_core():
    libraries = "cv2", "tensorflow", "keras", "sklearn", "PIL", "ai_edge_litert", "subprocess"
    assert offenders(PAGES, lambda path: of_library(imports(path), *libraries)) == {}
    assert offenders(PAGES, lambda path: keras_arrows(imports(path))) == {}
    assert offenders(PAGES, lambda path: {n for n in imports(path) if n.startswith(("fer_core.cli", "tests."))}) == {}


def test_a_page_is_put_together_from_its_own_parts():
    def strange(path):
        own = f"pages.parts.{path.parent.name}", "pages.shared"
        return {name for name in imports(path) if name.startswith("pages.") and not name.startswith(own)}

    assert offenders(PARTS, strange) == {}


def test_what_pages_share_needs_none_of_them():
    def pages(path):
        return {name for name in imports(path) if name.startswith("pages.") and not name.startswith("pages.shared")}

    assert offenders(SHARED, pages) == {}


def test_one_file_knows_what_streamlit_keeps_private():
    """Beside it, the webcam's peer builds streamlit-webrtc's worker, which would slow down every page to import."""
    private = "streamlit.runtime", "streamlit.web", "streamlit.navigation", "streamlit.proto", "streamlit_webrtc."
    importers = offenders(PAGES, lambda path: {name for name in imports(path) if name.startswith(private)})
    assert {*importers} == {"pages.shared.streamlit_internals", "pages.shared.webcam.peer"}


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
    assert places(nodes(CORE + PAGES, ast.Global)) == []


def test_module_constants_are_never_mutated():
    modules = [path for path in CORE + PAGES if path.parent.name != "pages"]
    assert offenders(modules, mutated_constants) == {}


def mutated_constants(path):
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
    called = {f.value.id for f in calls if f.attr in mutators and isinstance(f.value, ast.Name)}
    stores = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)]
    stored = {node.value.id for node in stores if isinstance(node.value, ast.Name)}
    return (called | stored) & constants


def test_rooms_have_names_of_their_own():
    words = {word for path in CORE + PAGES for word in re.split(r"[._]", module_name(path))}
    assert not words & {"utils", "util", "helpers", "helper", "common", "misc", "manager", "process", "handle"}


def test_the_house_stays_small():
    entries = {path.relative_to(PROJECT / "fer_core").parts[0] for path in CORE} | {"README.md"}
    assert len(entries) <= 18
    rooms = {path.parent for path in CORE if path.parent.parent.name == "training"}
    assert {room.name for room in rooms} == {"settings", "runs", "network", "child"}
    assert {room.name: len(files) for room in rooms if len(files := list(room.glob("*.py"))) > 14} == {}


def test_no_exception_is_swallowed_unnamed():
    def broad(handler):
        names = [n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)] if handler.type else ["Exception"]
        return {"Exception", "BaseException"} & {*names}

    assert places((path, node) for path, node in nodes(CORE + PAGES, ast.ExceptHandler) if broad(node)) == []


def test_only_the_command_line_prints():
    calls = nodes([path for path in CORE + PAGES if path.name != "__main__.py"], ast.Call)
    assert places((path, node) for path, node in calls if getattr(node.func, "id", "") == "print") == []


BANNED = (
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
)


def test_what_runs_foreign_code_is_not_there():
    def found(path):
        text = path.read_text(encoding="utf-8")
        return [banned for banned in BANNED if re.search(banned, text)]

    assert offenders(CORE + PAGES, found) == {}


def test_raw_html_in_markdown_is_constant():
    for path, call in nodes(PAGES + CORE, ast.Call):
        if any(keyword.arg == "unsafe_allow_html" for keyword in call.keywords):
            assert all(isinstance(argument, ast.Constant) for argument in call.args), f"{path}:{call.lineno}"


def test_the_tiers_name_every_room_once():
    rooms = [room for rooms in TIERS for room in rooms]
    assert len(rooms) == len(set(rooms))
    assert all(not lower & upper for lower, upper in pairwise(TIERS))


def test_the_tests_that_reliability_cites_are_there():
    tests = PROJECT / "tests"
    cited = re.findall(r"`([\w/]+\.py)`", (tests / "RELIABILITY.md").read_text(encoding="utf-8"))
    assert [path for path in cited if not (tests / path).exists() and not (PROJECT / path).exists()] == []


def test_no_test_replaces_a_private_name():
    private = re.compile(r"""setattr\((?:["'](?:fer_core|pages)\.[\w.]*\._|\w+, ["']_)""")
    tests = sorted((PROJECT / "tests").rglob("test_*.py"))
    found = offenders(tests, lambda path: private.findall(path.read_text(encoding="utf-8")))
    assert found == {}
