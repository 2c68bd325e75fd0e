from concurrent.futures import ThreadPoolExecutor

from fer_core.service.webcam_slots import Places


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_exactly_so_many_get_a_place_however_many_ask_at_once():
    places = Places(4)
    with ThreadPoolExecutor(10) as pool:
        got = list(pool.map(places.take, map(str, range(1000))))
    assert sum(got) == places.taken == 4


def test_whoever_has_a_place_keeps_it_and_gives_it_back_once():
    places = Places(1)
    assert places.take("a")
    assert places.take("a")
    assert not places.take("b")
    places.leave("b")
    places.leave("a")
    places.leave("a")
    assert places.take("b")


def test_the_silent_lose_their_place():
    clock = Clock()
    places = Places(1, silence=10, clock=clock)
    places.take("a")
    clock.now = 10
    assert not places.take("b")
    places.keep("a")
    clock.now = 20
    assert not places.take("b")
    clock.now = 21
    assert places.take("b")
    places.keep("a")  # too late: it has no place any more
    assert places.taken == 1
    assert not places.take("a")


def test_no_place_at_all():
    assert not Places(0).take("a")
