"""As many interpreters as threads need at once, and never more than the machine has cores."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fer_core.errors import CheckpointError
from fer_core.faces.interpreters import InterpreterPool


class Loader:
    """Stands for a network's file: counts how often it is opened."""

    def __init__(self):
        self.opened = 0

    def __call__(self):
        self.opened += 1
        return object()


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_one_thread_alone_always_gets_the_same(two_cores):
    loader = Loader()
    pool, seen = InterpreterPool(loader), set()
    for _ in range(5):
        with pool.borrowed() as interpreter:
            seen.add(interpreter)
    assert (len(seen), loader.opened) == (1, 1)


def test_two_at_once_get_their_own_and_a_third_waits(two_cores):
    loader = Loader()
    pool, together, most, lock = InterpreterPool(loader), threading.Barrier(2, timeout=20), [0], threading.Lock()
    lent = set()

    def use(number):
        with pool.borrowed() as interpreter:
            with lock:
                assert interpreter not in lent
                lent.add(interpreter)
                most[0] = max(most[0], len(lent))
            if number < 2:
                together.wait()
            with lock:
                lent.remove(interpreter)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(use, range(6)))
    assert (most[0], loader.opened) == (2, 2)


def test_what_does_not_load_says_so_and_takes_no_place(two_cores):
    def fail():
        raise CheckpointError("gone")

    with pytest.raises(CheckpointError):
        InterpreterPool(fail)
    loader = Loader()
    pool = InterpreterPool(loader)
    with pool.borrowed(), pytest.raises(ZeroDivisionError), pool.borrowed():
        raise ZeroDivisionError
    with pool.borrowed(), pool.borrowed():
        assert loader.opened == 2
