"""A disk that is truly full or read-only: a small one in memory, in a namespace that only these tests see."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.small_disk import SIZE

PROJECT = Path(__file__).parents[2]
MOUNT = f'mount -t tmpfs -o size={SIZE} none "$1"'
REASONS = {"full": "No space left on device", "read-only": "Read-only file system"}
REMEDIES = {"full": "Free some space", "read-only": "Allow writing in"}


def in_namespace(words, *arguments):
    """Runs shell words where mounts are nobody else's: as root, or as what looks like root in there."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", words, "sh", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module", params=REASONS)
def outcome(request, tmp_path_factory):
    """The trouble, and what came of saving on such a disk."""
    disk = str(tmp_path_factory.mktemp("disk"))
    if shutil.which("unshare") is None or in_namespace(MOUNT, disk).returncode:
        pytest.skip("this system lets this user mount nothing of their own (unshare --user --map-root-user --mount)")
    ran = in_namespace(f'{MOUNT} && exec "$2" -m tests.tools.small_disk "$1" "$3"', disk, sys.executable, request.param)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return request.param, json.loads(ran.stdout)


def test_each_attempt_gets_a_sentence_with_the_reason(outcome):
    trouble, came = outcome
    for what, sentence in came["said"].items():
        assert REASONS[trouble] in sentence or "it was written incompletely" in sentence, (what, sentence)
        if what != "state":  # whose error becomes the run's sentence
            assert REMEDIES[trouble] in sentence, (what, sentence)
        if what != "state" and trouble == "full":
            assert re.search(r"about [\d,]+ MB (is|are) needed", sentence), (what, sentence)


def test_what_was_there_is_whole_and_nothing_half_is_left(outcome):
    _, came = outcome
    first = {"datasets": ["first"], "checkpoints": ["first"], "damaged": [], "runs": ["first"], "epoch": 1}
    assert came["whole"] == first
    assert [file for file in came["left"] if not file.startswith("backup/") and not file.endswith(".lock")] == []


def test_with_room_again_everything_can_be_done_again(outcome):
    _, came = outcome
    assert set(came["again"].values()) == {""}
    both = ["first", "second"]
    assert came["then"] == {"datasets": both, "checkpoints": both, "damaged": [], "runs": both, "epoch": 2}
