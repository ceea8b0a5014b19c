"""The command as tests call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

SCENARIO = "openai-2025-10"


class Said(NamedTuple):
    """Exit code, standard output and standard error of one command."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]
