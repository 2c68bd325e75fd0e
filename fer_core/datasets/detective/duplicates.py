"""Exact and near duplicates among all images of a dataset: perceptual hashes, then the pixels themselves."""

import functools
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import scipy
from numpy.typing import NDArray

from fer_core.datasets.lines import Progress

MAX_DISTANCE = 10
"""Bits of 63 in which the hashes of near duplicates may differ.

Found by looking at pairs of FER2013: beyond, only one pair in a thousand passes the pixels' test.
"""

MIN_CORRELATION = 0.9
"""Least correlation of the pixels of near duplicates.

Found in the same way: of pairs from 0.90 to 0.93 all were the same picture (cropped, retouched or with a watermark), of
those from 0.85 to 0.88 one in seven showed another person.
"""

_HASH_SIDE, _HASH_OF = 8, 32
_BITS, _SHIFT = 63, np.uint32(6)  # of a hash, and of its widest block
_PAIRS = 16_384
_MOST_PAIRED = 1000  # equal images, each with each; their pairs grow with the square
_FLAT = 1.0  # standard deviation in grays below which two images have no pattern to compare


@dataclass(frozen=True, eq=False)
class Duplicates:
    """Pairs of images that show the same picture.

    Attributes:
        pairs: ``(n, 2)`` int64 row numbers, the smaller one first, in order.
        exact: ``(n,)`` bool: whether all pixels are equal.
        correlation: ``(n,)`` float32 correlation of the pixels, 1 for exact ones.
    """

    pairs: NDArray[np.int64]
    exact: NDArray[np.bool_]
    correlation: NDArray[np.float32]
    count: int

    def __len__(self) -> int:
        return len(self.pairs)

    def groups(self) -> NDArray[np.int64]:
        """``(count,)``: the group of each image; images without a duplicate form their own."""
        ones = np.ones(len(self.pairs), np.int8)
        graph = scipy.sparse.coo_array((ones, (self.pairs[:, 0], self.pairs[:, 1])), shape=(self.count, self.count))
        return np.asarray(scipy.sparse.csgraph.connected_components(graph, directed=False)[1], np.int64)

    def across(self, split: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """``(n,)``: which pairs have their images in different splits."""
        return np.asarray(split[self.pairs[:, 0]] != split[self.pairs[:, 1]])

    def partners(self, split: NDArray[np.uint8], of: int, among: int) -> NDArray[np.int64]:
        """Rows of a split with a duplicate in another (``split``: ``(count,)``), directly or through a third image."""
        groups = self.groups()
        return np.flatnonzero((split == of) & np.isin(groups, groups[split == among]))


def find_duplicates(images: NDArray[np.uint8], *, progress: Progress | None = None) -> Duplicates:
    """Compare every image, ``(n, 48, 48)``, with every other one.

    Two images are near duplicates when their hashes differ in at most ``MAX_DISTANCE`` bits and their pixels correlate
    by at least ``MIN_CORRELATION``, whatever their brightness and contrast. Images of a single gray have neither: of
    these only exact copies count.
    """
    flat = np.ascontiguousarray(images).reshape(len(images), np.prod(images.shape[1:], dtype=int))
    alike = _similar_hashes(perceptual_hashes(images), progress)
    correlation = _correlations(flat, alike)
    near = correlation >= MIN_CORRELATION
    # Copies have equal hashes and are among these, but for images of a single gray.
    copies = _copies(flat)
    pairs = np.concatenate([alike[near], copies])
    values = np.concatenate([correlation[near], np.ones(len(copies), np.float32)])
    kept = np.unique(pairs[:, 0] * len(images) + pairs[:, 1], return_index=True)[1]
    exact = _equal(flat, pairs[kept])
    return Duplicates(pairs[kept], exact, np.where(exact, np.float32(1), values[kept]), len(images))


def perceptual_hashes(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The pattern of each image in 63 bits (pHash): which of its lowest frequencies are above their median.

    Each is -1 or 1, so that a product of two rows ``(63,)`` is 63 less twice their Hamming distance. Source: C. Zauner,
    "Implementation and benchmarking of perceptual image hash functions", 2010.
    """
    if not len(images):
        return np.empty((0, _HASH_SIDE**2 - 1), np.float32)
    small = np.stack([cv2.resize(i, (_HASH_OF, _HASH_OF), interpolation=cv2.INTER_AREA) for i in images])
    waves = scipy.fft.dctn(small.astype(np.float32), axes=(1, 2), norm="ortho")[:, :_HASH_SIDE, :_HASH_SIDE]
    patterns = waves.reshape(len(images), -1)[:, 1:]  # the first frequency is the brightness
    return np.where(patterns > np.median(patterns, axis=1, keepdims=True), 1, -1).astype(np.float32)


def _similar_hashes(hashes: NDArray[np.float32], progress: Progress | None) -> NDArray[np.int64]:
    """Pairs of rows whose hashes differ in few bits, without comparing all with all.

    The bits are dealt out to more blocks than may differ, so the hashes of a pair agree in some blocks entirely: for
    every choice of that many blocks, only hashes with the same bits there are compared.

    Source: G. Manku, A. Jain, A. Das Sarma, "Detecting near-duplicates for web crawling", 2007.
    """
    codes, kinds = np.unique((hashes > 0) @ (1 << np.arange(_BITS, dtype=np.uint64)), return_inverse=True)
    blocks = _blocks(len(codes))
    parts = [_bits(codes, range(start, _BITS, blocks)) for start in range(blocks)]
    choices = list(itertools.combinations(parts, blocks - MAX_DISTANCE))
    found = [np.empty((0, 2), np.int64)]
    for done, choice in enumerate(choices, 1):
        keys = functools.reduce(lambda key, part: key << _SHIFT | part, choice)
        found.append(_close_in(codes, keys))
        if progress:
            progress(done / len(choices))
    return _rows_of(np.unique(np.concatenate(found), axis=0), kinds)


def _blocks(count: int) -> int:
    """Number of blocks that needs the least work: lists to sort, and pairs to compare in each."""

    def work(blocks: int) -> float:
        agreeing = blocks - MAX_DISTANCE
        return math.comb(blocks, agreeing) * (count + count**2 / 2 ** (agreeing * _BITS / blocks))

    return min(range(MAX_DISTANCE + 1, MAX_DISTANCE + 6), key=work)


def _bits(codes: NDArray[np.uint64], places: Iterable[int]) -> NDArray[np.uint32]:
    """Some bits of each code, side by side."""
    parts = np.zeros(len(codes), np.uint32)
    for place in places:
        parts = parts << np.uint32(1) | (codes >> np.uint64(place) & np.uint64(1)).astype(np.uint32)
    return parts


def _close_in(codes: NDArray[np.uint64], keys: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Pairs of positions with the same key whose codes differ in few bits."""
    order = np.argsort(keys)
    keys, found = keys[order], [np.empty((0, 2), np.int64)]
    same = np.arange(len(keys))
    for step in range(1, len(keys)):
        same = same[: np.searchsorted(same, len(keys) - step)]
        same = same[keys[same + step] == keys[same]]
        if not len(same):
            break
        pairs = np.stack([order[same], order[same + step]], axis=1)
        close = np.bitwise_count(codes[pairs[:, 0]] ^ codes[pairs[:, 1]]) <= MAX_DISTANCE
        found.append(np.sort(pairs[close], axis=1))
    return np.concatenate(found)


def _rows_of(pairs: NDArray[np.int64], kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of rows ``(n,)`` of the same kind, and of kinds that are a pair."""
    rows = _groups_of(kinds)
    return np.concatenate(
        [
            np.empty((0, 2), np.int64),
            *(_each_with_each(group) for group in rows if len(group) > 1),
            *(np.sort(_crossed(rows[first], rows[second]), axis=1) for first, second in pairs),
        ]
    )


def _groups_of(kinds: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The rows of each kind, in order."""
    return np.split(np.argsort(kinds, kind="stable"), np.cumsum(np.bincount(kinds))[:-1])


def _each_with_each(group: NDArray[np.int64]) -> NDArray[np.int64]:
    first, second = np.triu_indices(len(group), 1)
    return np.stack([group[first], group[second]], axis=1)


def _crossed(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([np.repeat(first, len(second)), np.tile(second, len(first))], axis=1)


def _correlations(flat: NDArray[np.uint8], pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """Pearson's correlation of the pixels of each pair; 0 where an image has no pattern."""
    values = [np.empty(0, np.float32)]
    for start in range(0, len(pairs), _PAIRS):
        first, second = (_normalized(flat[rows]) for rows in pairs[start : start + _PAIRS].T)
        values.append(np.einsum("ij,ij->i", first, second))
    return np.concatenate(values)


def _normalized(flat: NDArray[np.uint8]) -> NDArray[np.float32]:
    centered = flat.astype(np.float32)
    centered -= centered.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centered, axis=1, keepdims=True)
    centered[length[:, 0] < _FLAT * np.sqrt(flat.shape[1])] = 0
    return np.asarray(centered / np.maximum(length, 1), np.float32)


def _equal(flat: NDArray[np.uint8], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether all pixels of each pair are equal."""
    equal = [np.empty(0, np.bool_)]
    for start in range(0, len(pairs), _PAIRS):
        first, second = pairs[start : start + _PAIRS].T
        equal.append((flat[first] == flat[second]).all(axis=1))
    return np.concatenate(equal)


def _copies(flat: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Pairs of equal rows: each with each, or in a group of thousands, each with the first."""
    rows = flat.view(np.dtype((np.void, flat.shape[1])))[:, 0]
    groups = _groups_of(np.unique(rows, return_inverse=True)[1])
    return np.concatenate([np.empty((0, 2), np.int64), *(_paired(group) for group in groups if len(group) > 1)])


def _paired(group: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(group) > _MOST_PAIRED:
        return np.stack([np.full(len(group) - 1, group[0]), group[1:]], axis=1)
    return _each_with_each(group)
