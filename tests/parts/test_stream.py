"""Random streams: named, counter-based, independent."""

from __future__ import annotations

import itertools

import numpy as np

from gigawatt.parts.stream import BLOCK, stream


def test_a_stream_depends_on_seed_name_and_block_and_nothing_else() -> None:
    first = stream(1, "price/amd", 0).random(4)
    stream(1, "other", 0).random(1000)
    np.testing.assert_array_equal(first, stream(1, "price/amd", 0).random(4))
    others = [stream(2, "price/amd", 0), stream(1, "price/amd", 1), stream(1, "price/nvidia", 0)]
    assert all((first != other.random(4)).any() for other in others)


def test_seed_name_and_block_cannot_be_mixed_up() -> None:
    keys = [(1, "a", 11), (11, "a", 1), (1, "a1", 1), (1, "1a", 1)]
    numbers = [stream(*key).random() for key in keys]
    assert len(set(numbers)) == len(keys)


def test_streams_of_neighbours_are_uncorrelated() -> None:
    normals = [stream(1, name, block).standard_normal(BLOCK) for name in ("a", "b") for block in (0, 1)]
    pairs = [abs(np.corrcoef(x, y)[0, 1]) for x, y in itertools.combinations(normals, 2)]
    assert max(pairs) < 4 / np.sqrt(BLOCK)
