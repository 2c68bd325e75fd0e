"""Mutated files for everything that reads files: only its own errors, no deaths, no hangs, bounded memory.

``--fuzz-count`` says how many each parser reads; ``python -m tests.tools.fuzz --count 100000`` is the long run.
"""

import sys
from dataclasses import replace

import pytest

from tests.tools.fuzz.campaign import run
from tests.tools.fuzz.mutation import mutated
from tests.tools.fuzz.parsers import PARSERS, WRONG

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the limits of the child are those of Unix")


@pytest.mark.parametrize("name", PARSERS)
def test_mutated_files_are_read_or_refused(pytestconfig, name):
    count = round(pytestconfig.getoption("fuzz_count") * PARSERS[name].share)
    outcome = run(name, count)
    assert outcome.problems(PARSERS[name]) == []
    assert outcome.answers.total() >= 0.97 * count - 50 * len(outcome.deaths)
    assert len(outcome.answers) > 1 or not PARSERS[name].errors, "nothing was refused: the mutations do not reach it"


def test_a_mutation_can_be_made_again():
    seeds = [b'{"a": [1, 2, {"b": "c"}]}', bytes(range(200))]
    made = [mutated(seeds, number) for number in range(300)]
    assert made == [mutated(seeds, number) for number in range(300)]
    assert len(set(made)) > 250


def test_faults_deaths_and_memory_are_noticed():
    """The harness itself: a parser that does everything wrong is told so."""
    outcome = run("wrong", 3)
    assert outcome.answers == {"read": 1, "fault": 1}
    assert outcome.faults == {1: "KeyError: 'a fault'"}
    assert outcome.deaths == {2: -6}
    slow = replace(outcome, slowest=(5.0, 0), memory=20 << 40)
    assert len(slow.problems(WRONG)) == 4
    assert len(slow.problems(replace(WRONG, apart=True))) == 3
