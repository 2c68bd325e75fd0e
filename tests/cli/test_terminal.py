"""What a terminal cannot show, and Ctrl-C: real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from fer_core.__main__ import main
from fer_core.training.runs.store import find_run

PROJECT = Path(__file__).parents[2]
SENTENCE = "fer_core: Interrupted."


@pytest.fixture
def started(home):
    """Starts a command as a terminal does, in a process of its own."""

    def start(*words, **environment):
        return subprocess.Popen(
            [sys.executable, "-m", "fer_core", *map(str, words)],
            cwd=PROJECT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    return start


@pytest.mark.child
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_that_is_not_utf_8_gets_plain_letters(started, home_with_checkpoint, encoding):
    output, errors = started("calibrate", "tiny", PYTHONIOENCODING=encoding).communicate(timeout=120)
    assert b"Traceback" not in errors
    assert b"points." in output
    assert b"->" in output
    _, errors = started("evaluate", "absent", PYTHONIOENCODING=encoding).communicate(timeout=120)
    assert errors.decode(encoding).startswith("fer_core: There is no checkpoint ")
    assert errors.count(b"\n") == 1


def test_json_stays_the_same_where_letters_are_missing(home, monkeypatch):
    import io

    for encoding in ("ascii", "utf-8"):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["describe", "--json"]) == 0
        print("“Café” → 5 ± 1 … 猫")
        stream.flush()
        text = stream.buffer.getvalue().decode(encoding)
        document, _, letters = text.rpartition("}\n")
        assert json.loads(document + "}")["weights"] > 0
        assert letters.strip() == ("“Café” → 5 ± 1 … 猫" if encoding == "utf-8" else '"Cafe" -> 5 +/- 1 ... ?')


def test_alone_it_lists_its_commands(capsys):
    assert main([]) == 0
    output = capsys.readouterr().out
    assert all(command in output for command in ("import-data", "train", "predict", "calibrate"))


@pytest.mark.parametrize(
    "words", [["predict", "x", "--frames-per-second", "fast"], ["calibrate", "x", "--not-sure", "half"]]
)
def test_a_number_that_is_none_is_said_in_words(capsys, words):
    with pytest.raises(SystemExit):
        main(words)
    assert f"not “{words[-1]}”" in capsys.readouterr().err


def interrupted(child):
    """Press Ctrl-C: what is said and whether nothing of the process is left."""
    processes = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
    os.killpg(child.pid, signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert not psutil.wait_procs(processes, timeout=10)[1]
    said = errors.decode().splitlines()
    assert said[-1].startswith(SENTENCE)
    assert "Traceback" not in errors.decode()
    return said[-1]


def wait_until(is_so, child, seconds=120):
    end = time.monotonic() + seconds
    while not is_so():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.child
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_ends_a_training_with_how_to_go_on(started, home, small_demo):
    words = ["--name", "mine", "--set", "epochs=40", "architecture=lab-cnn", "width=8", "batch_size=32"]
    child = started("train", "--dataset", "demo", *words)
    status = home / "runs" / "mine" / "status.json"
    wait_until(lambda: status.exists() and json.loads(status.read_text())["epoch"] >= 1, child)
    assert interrupted(child).endswith("To resume: python -m fer_core train --run mine")
    assert find_run("mine").status.message.startswith("Interrupted after epoch")


@pytest.mark.child
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_while_it_starts_or_imports(started, home, demo_files):
    child = started("datasets")
    time.sleep(0.3)
    interrupted(child)
    images, votes = demo_files
    child = started("import-data", "--images", images, "--votes", votes, "--name", "mine")
    time.sleep(1.0)
    if child.poll() is None:
        interrupted(child)
    assert not list((home / "data").glob(".mine-*"))
