"""Self-contained pages drawn from views."""

from gigawatt.report.page import render, write

__all__ = ["render", "write"]
