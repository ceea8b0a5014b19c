"""Number formats: their codes, bytes and which rate of a chip they run at.

A format is carried through arrays as its code, the position in FORMATS.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError, did_you_mean
from gigawatt.perf.check import Floats as Floats
from gigawatt.perf.check import positions

Codes = NDArray[np.intp]

FORMATS: Final = ("fp32", "tf32", "bf16", "int8", "fp8", "fp8_block", "fp4")
"""All formats, widest first; `fp8` has one scale a tensor, `fp8_block` and `fp4` one scale a block of values."""

BYTES: Final[Floats] = np.array([4, 4, 2, 1, 1, 1 + 4 / 128, 0.5 + 1 / 16])
"""Bytes a value takes in memory with its share of the scales, by format code."""

RATES: Final = ("tf32", "bf16", "int8", "fp8", "fp4")
"""The formats in which spec sheets give FLOP/s, widest first."""

ALIASES: Final = {
    "fp16": "bf16",
    "bfloat16": "bf16",
    "float16": "bf16",
    "float32": "fp32",
    "mxfp8": "fp8_block",
    "nvfp4": "fp4",
    "mxfp4": "fp4",
}
"""Other names in use for the same thing."""

SCALED: Final = ("int8", "fp8", "fp8_block", "fp4")
"""Formats whose activations are scaled and rounded before the product."""


def format_code(name: str) -> int:
    """The code of a number format.

    Arguments:
        name: one of FORMATS or ALIASES.

    Raises:
        InputError: there is no such format.
    """
    word = str(name).strip().lower()
    known = ALIASES.get(word, word)
    if known not in FORMATS:
        raise InputError(f"no number format `{name}`. {did_you_mean(word, [*FORMATS, *ALIASES])}")
    return FORMATS.index(known)


def format_bytes(code: ArrayLike) -> Floats:
    """Bytes one value takes, scales included, for each format code.

    Raises:
        InputError: there is no such code.
    """
    return BYTES[positions("number format", code, len(FORMATS))]
