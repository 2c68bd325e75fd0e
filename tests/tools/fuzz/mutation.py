"""Changes to a good file, each a function of a seed and a number, so that every finding can be made again."""

import json
import random
import struct

JUNK = (
    None, True, [], {}, "", 0, -1, 1e308, -0.5, 2**63, 10**30, float("nan"), float("inf"), "x" * 5_000, "\u202e../..\0",
    [[]], {"class_name": "Lambda"}, "__import__('os')", "=1+1", [1] * 500,
)  # fmt: skip
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
HEADER = 200
"""Half of the changes hit the first bytes, where sizes and kinds stand."""


def mutated(seeds, number, *, seed=0):
    """The mutation of that number: a changed copy of one of the seeds.

    Args:
        seeds: Good files, as bytes.
        number: Which mutation.
        seed: Of the whole series.
    """
    rng = random.Random(f"{seed} {number}")
    content = bytearray(rng.choice(seeds))
    if content[:1] == b"{" and b"\n{" not in content and rng.random() < 0.5:
        return json_with_junk(bytes(content), rng)
    for _ in range(rng.choice((1, 1, 2, 4, 12))):
        rng.choice(CHANGES)(content, rng, seeds)
    return bytes(content)


def json_with_junk(content, rng):
    """Another value, another name or nothing at one place of a JSON document."""
    document = json.loads(content)
    places = list(_places(document))
    for parent, key in rng.sample(places, min(len(places), rng.choice((1, 1, 3)))):
        action = rng.random()
        if action < 0.7:
            parent[key] = rng.choice(JUNK)
        elif isinstance(parent, dict) and key in parent:
            value = parent.pop(key)
            if action < 0.85:
                parent[rng.choice(("x", "schema_version", key + " "))] = value
    return json.dumps(document).encode()


def _places(node):
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _place(content, rng):
    top = min(HEADER, len(content)) if rng.random() < 0.5 else len(content)
    return rng.randrange(top) if top else 0


def _set(content, rng, _):
    if content:
        content[_place(content, rng)] = rng.randrange(256)


def _flip(content, rng, _):
    if content:
        content[_place(content, rng)] ^= 1 << rng.randrange(8)


def _number(content, rng, _):
    if len(content) >= 4:
        layout = rng.choice(("<H", ">H", "<I", ">I"))
        value = rng.choice(NUMBERS) & (0xFFFF if layout.endswith("H") else 0xFFFFFFFF)
        struct.pack_into(layout, content, min(_place(content, rng), len(content) - 4), value)


def _insert(content, rng, _):
    at = _place(content, rng)
    content[at:at] = rng.randbytes(rng.choice((1, 2, 40)))


def _delete(content, rng, _):
    at = _place(content, rng)
    del content[at : at + rng.choice((1, 2, 40))]


def _cut(content, rng, _):
    del content[_place(content, rng) :]


def _repeat(content, rng, _):
    at = _place(content, rng)
    content[at:at] = content[at : at + 60]


def _splice(content, rng, seeds):
    other, at = rng.choice(seeds), _place(content, rng)
    content[at:] = other[min(at, len(other)) :]


def _odd_text(content, rng, _):
    at = _place(content, rng)
    content[at : at + 1] = rng.choice((b"\0", b"\r", b"\n", b'"', b",", b"-", b"e9", b"\xff\xfe", b"../", b"[" * 2_000))


CHANGES = (_set, _set, _flip, _flip, _number, _number, _insert, _delete, _cut, _repeat, _splice, _odd_text)
