"""Random streams that are named and counter-based, so that nobody's draws depend on who else draws."""

from __future__ import annotations

import hashlib

import numpy as np

BLOCK = 2500
"""Paths in a block, the unit of parallelism and resumption; measured in `bench/engine.py` to stay in cache."""


def stream(seed: int, name: str, block: int) -> np.random.Generator:
    """The random numbers of one name in one block of paths.

    Arguments:
        seed: the run's seed.
        name: what is drawn, such as `price/amd` or `figure/deals.amd.capacity`.
        block: index of the block of `BLOCK` paths.

    Returns:
        A generator whose numbers depend on these three values alone (Philox 4x64, Salmon et al. 2011).
    """
    digest = hashlib.blake2b(f"{seed}\x1f{name}\x1f{block}".encode(), digest_size=16).digest()
    key = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
    return np.random.Generator(np.random.Philox(key=key))
