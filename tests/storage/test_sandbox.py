"""The child has nothing of ours, and nothing of it is left."""

import json
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from fer_core.errors import CheckpointError
from fer_core.storage import sandbox
from fer_core.storage.sandbox import run_limited


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Runs a program as the child; it finds the folder in ``sys.argv[1]``."""
    package = tmp_path / "package"
    package.mkdir()
    monkeypatch.setattr(sandbox, "PROJECT", package)
    folder = tmp_path / "folder"
    folder.mkdir()

    def run(program, timeout=60.0):
        (package / "some_child.py").write_text(textwrap.dedent(program))
        run_limited("some_child", folder, timeout=timeout)
        return folder

    run.folder = folder
    return run


def test_it_sees_no_secrets_and_its_own_home(child, monkeypatch):
    monkeypatch.setenv("FER_ICE_SERVERS", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    folder = child(
        """
        import json, os, sys, tempfile
        json.dump([dict(os.environ), os.getcwd(), tempfile.gettempdir()], open(sys.argv[1] + "/seen.json", "w"))
        """
    )
    environment, where, scratch = json.loads((folder / "seen.json").read_text())
    assert "secret" not in environment.values()
    assert environment["HOME"] == environment["FER_HOME"] == where == scratch == str(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has network namespaces")
def test_it_has_no_network_where_the_system_allows_that(child):
    folder = child(
        """
        import os, sys
        open(sys.argv[1] + "/namespace", "w").write(os.readlink("/proc/self/ns/net"))
        """
    )
    apart = str(Path("/proc/self/ns/net").readlink()) != (folder / "namespace").read_text()
    assert apart == bool(sandbox.network_namespace())


def test_without_namespaces_a_line_is_logged(child, monkeypatch, caplog):
    monkeypatch.setenv("PATH", "")  # no program that makes one
    sandbox.network_namespace.cache_clear()
    folder = child("import sys; open(sys.argv[1] + '/ran', 'w')")
    sandbox.network_namespace.cache_clear()
    assert (folder / "ran").exists()
    assert "without a network namespace" in caplog.text


def gone(pids):
    """Whether processes that were killed have ended, which the system may take a moment for."""

    def lives(pid):
        return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE

    end = time.monotonic() + 10
    while any(map(lives, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(lives, pids))


def test_what_takes_too_long_is_killed_with_all_it_started(child, tmp_path):
    program = """
        import subprocess, sys, time, os
        inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        open(sys.argv[1] + "/pids", "w").write(f"{os.getpid()} {inner.pid}")
        time.sleep(600)
    """
    with pytest.raises(CheckpointError, match="more than 5 seconds"):
        child(program, timeout=5)
    pids = [int(pid) for pid in (tmp_path / "folder" / "pids").read_text().split()]
    assert len(pids) == 2
    assert gone(pids)


def test_what_it_leaves_running_is_killed_too(child, tmp_path):
    folder = child(
        """
        import subprocess, sys
        inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        open(sys.argv[1] + "/pid", "w").write(str(inner.pid))
        """
    )
    pid = int((folder / "pid").read_text())
    assert gone([pid])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_it_limits_itself():
    import subprocess

    program = """
import resource
from fer_core.storage.sandbox import limit_resources
limit_resources(12 << 30, seconds=240)
kinds = resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE
print(*(resource.getrlimit(kind)[1] for kind in kinds))
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    memory, seconds, file_size, files, core = map(int, answer.stdout.split())
    assert 0 < memory <= 12 << 30
    assert 0 < seconds <= 240
    assert 0 < file_size <= 1 << 30
    assert 0 < files <= 512
    assert core == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no limit of processor time")
def test_a_part_may_need_less_time_than_the_whole(child):
    project = str(Path(__file__).parents[2])
    program = f"""
        import sys, time
        sys.path.append({project!r})
        from fer_core.storage.sandbox import processor_seconds
        with processor_seconds(5):
            pass
        open(sys.argv[1] + "/first", "w").close()
        with processor_seconds(0):
            while True: pass
        """
    with pytest.raises(CheckpointError, match="took too long"):
        child(program)
    assert (child.folder / "first").exists()
