from concurrent.futures import ThreadPoolExecutor

from fer_core.service.webcam_slots import WebcamSlots


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_exactly_so_many_get_a_place_however_many_ask_at_once():
    slots = WebcamSlots(4)
    with ThreadPoolExecutor(10) as pool:
        got = list(pool.map(slots.take, map(str, range(1000))))
    assert sum(got) == slots.taken == 4


def test_whoever_has_a_place_keeps_it_and_gives_it_back_once():
    slots = WebcamSlots(1)
    assert slots.take("a")
    assert slots.take("a")
    assert not slots.take("b")
    slots.leave("b")
    slots.leave("a")
    slots.leave("a")
    assert slots.take("b")


def test_the_silent_lose_their_place():
    clock = Clock()
    slots = WebcamSlots(1, silence=10, clock=clock)
    slots.take("a")
    clock.now = 10
    assert not slots.take("b")
    slots.keep("a")
    clock.now = 20
    assert not slots.take("b")
    clock.now = 21
    assert slots.take("b")
    slots.keep("a")  # too late: it has no place any more
    assert slots.taken == 1
    assert not slots.take("a")


def test_no_place_at_all():
    assert not WebcamSlots(0).take("a")
