"""The catalogue: figures about the world, each with source, date, kind and confidence."""

from gigawatt.catalog.check import Coverage, Finding, check, coverage, recompute
from gigawatt.catalog.cite import cite
from gigawatt.catalog.claim import Band, Claim, Source
from gigawatt.catalog.store import Catalog, load

__all__ = [
    "Band",
    "Catalog",
    "Claim",
    "Coverage",
    "Finding",
    "Source",
    "check",
    "cite",
    "coverage",
    "load",
    "recompute",
]
