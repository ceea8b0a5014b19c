"""Records: the catalogue's files, read into values, with the place of every mistake.

Records     all claims, sources, subjects, attributes and quantities of some files
Subject     a deal, accelerator, campus, company or other thing that figures speak about
Attribute   a fact in words about a subject, with the date it became public
Measure     the canonical unit and the meaning of a quantity
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gigawatt.catalog.claim import FACTORS, KINDS, VINTAGES, Claim, Source, days
from gigawatt.errors import CatalogError, Problem, did_you_mean

DATA = Path(__file__).parent.parent / "data"
"""The folder of the files that come with the package."""

REQUIRED = ("id", "quantity", "subject", "unit", "as_of", "published", "kind", "confidence")
"""Columns without which a file of claims cannot be read."""

OPTIONAL = ("value", "low", "high", "period", "vintage", "grade", "sources", "locator", "formula", "text", "note")
"""Columns that count as empty where they are absent."""

_WORD = re.compile(r"[^\s{},;]+")
_CHOICES: Mapping[str, tuple[str, ...]] = {"kind": KINDS, "confidence": tuple(FACTORS)}


@dataclass(frozen=True, slots=True)
class Subject:
    """What figures speak about.

    Arguments:
        id: its name in the catalogue.
        kind: deal, accelerator, campus, company, flow, debt or topic.
        title: its name for people.
    """

    id: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact in words: the value of one attribute of one subject from a date on."""

    subject: str
    name: str
    value: str
    published: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity: its name, the unit its claims must fit, and what it means."""

    quantity: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Records:
    """Everything some files say, whatever its date; each mapping is keyed by id and never changed.

    Arguments:
        claims: by id.
        sources: by id.
        subjects: by id.
        attributes: by subject, in the order in which they became public.
        measures: by name of the quantity.
        compiled: the date up to which the material was read.
        files: the files, in the order read.
    """

    claims: Mapping[str, Claim]
    sources: Mapping[str, Source]
    subjects: Mapping[str, Subject]
    attributes: Mapping[str, tuple[Attribute, ...]]
    measures: Mapping[str, Measure]
    compiled: str
    files: tuple[Path, ...]

    def known_by(self, published: str) -> str:
        """The day by which something of that publication date was public for certain.

        A date of low precision counts to its last day, but what was read cannot be younger than the reading.
        """
        first, last = days(published)
        return last if first > self.compiled else min(last, self.compiled)


def read(extra: Sequence[Path] = ()) -> Records:
    """The package's records and those of further files.

    Arguments:
        extra: further CSV files of claims, or of sources (recognised by the column `publisher`).

    Raises:
        CatalogError: a file cannot be read; the message lists every mistake as `file:line:column`.
    """
    shipped = sorted((DATA / "claims").glob("*.csv"))
    tables = [DATA / f"{name}.csv" for name in ("about", "attributes", "quantities", "sources", "subjects")]
    about = {row["key"]: row["value"] for row in _rows(tables[0])}
    claims: dict[str, Claim] = {}
    sources = {row["id"]: _source(row) for row in _rows(tables[3])}
    problems: list[Problem] = []
    for path in (*shipped, *extra):
        table = _Table(path)
        if path not in shipped and "publisher" in table.header:
            sources.update((row["id"], _source(row)) for row in table.dicts())
        else:
            problems.extend(table.claims_into(claims))
    if problems:
        raise CatalogError("\n".join(map(str, problems)))
    attributes: dict[str, list[Attribute]] = {}
    for row in _rows(tables[1]):
        names = tuple(row["sources"].split(";")) if row["sources"] else ()
        entry = Attribute(row["subject"], row["attribute"], row["value"], row["published"], names)
        attributes.setdefault(entry.subject, []).append(entry)
    return Records(
        claims=claims,
        sources=sources,
        subjects={row["id"]: Subject(row["id"], row["kind"], row["title"]) for row in _rows(tables[4])},
        attributes={name: tuple(sorted(rows, key=_when)) for name, rows in attributes.items()},
        measures={row["quantity"]: Measure(row["quantity"], row["unit"], row["meaning"]) for row in _rows(tables[2])},
        compiled=about["compiled"],
        files=(*tables, *shipped, *extra),
    )


class _Table:
    """One CSV file and the places of its cells."""

    __slots__ = ("header", "name", "origin", "text")

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.origin = path.stem
        try:
            self.text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogError(f"{path}: cannot be read as a CSV file in UTF-8 ({error}).") from None
        self.header = next(csv.reader(io.StringIO(self.text)), [])

    def dicts(self) -> Iterator[dict[str, str]]:
        rows = csv.reader(io.StringIO(self.text))
        next(rows, None)
        return (dict(zip(self.header, row, strict=False)) for row in rows if row)

    def claims_into(self, known: dict[str, Claim]) -> list[Problem]:
        """Adds the claims of the file to those known, and lists what is wrong with the others."""
        missing = [name for name in REQUIRED if name not in self.header]
        if missing:
            listing = "`, `".join(missing)
            return [
                Problem(self.name, 1, 1, "", f"no column `{listing}`; a file of claims needs {', '.join(REQUIRED)}.")
            ]
        problems: list[Problem] = []
        where = [self.header.index(name) if name in self.header else -1 for name in (*REQUIRED, *OPTIONAL)]
        reader = csv.reader(io.StringIO(self.text))
        next(reader)
        begin = reader.line_num + 1
        for row in reader:
            line, begin = begin, reader.line_num + 1
            if not row:
                continue
            if len(row) != len(self.header):
                message = f"{len(row)} cells where the header has {len(self.header)}; quote a cell that holds a comma."
                problems.append(Problem(self.name, line, 1, row[0], message))
                continue
            cells = [row[index] if index >= 0 else "" for index in where]
            mistake = _mistake(cells) or (
                f"id `{cells[0]}` is there already; ids are unique." if cells[0] in known else ""
            )
            if mistake:
                column = next((i for i, cell in enumerate(cells) if cell and f"`{cell}`" in mistake), 0)
                problems.append(Problem(self.name, line, self._column(line, where[column]), cells[0], mistake))
                continue
            known[cells[0]] = _claim(cells, self.origin)
        return problems

    def _column(self, line: int, index: int) -> int:
        """The 1-based column at which the cell of that index begins in the line."""
        quoted, seen = False, 0
        for place, letter in enumerate(self.text.splitlines()[line - 1]):
            if seen == index:
                return place + 1
            quoted ^= letter == '"'
            seen += letter == "," and not quoted
        return 1


def _mistake(cells: list[str]) -> str:
    """What is wrong with a row, in words that hold the offending cell in backquotes; empty if nothing is."""
    if not _WORD.fullmatch(cells[0]):
        return f"id `{cells[0]}` must be a word without spaces, commas, semicolons or braces."
    numbers = cells[8:11]
    for place, cell in enumerate(numbers):
        if cell and not _finite(cell):
            name = OPTIONAL[place]
            return (
                f"{name} `{cell}` is no ordinary number; write one such as `47` or `4.7e10`, or leave the cell empty."
            )
    for name, cell in zip(_CHOICES, cells[6:8], strict=True):
        if cell not in _CHOICES[name]:
            return f"unknown {name} `{cell}`. {did_you_mean(cell, _CHOICES[name])}"
    if cells[12] and cells[12] not in VINTAGES:
        return f"unknown vintage `{cells[12]}`. {did_you_mean(cells[12], VINTAGES)}"
    if (cells[3] == "date") != bool(cells[17]) or (cells[3] != "date" and not any(numbers)):
        return "a claim needs a value, a low or a high; one in the unit `date` needs a text instead."
    for place in (4, 5):
        try:
            days(cells[place])
        except CatalogError as error:
            return f"{REQUIRED[place]}: {error}"
    return ""


def _finite(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _claim(cells: list[str], origin: str) -> Claim:
    name, quantity, subject, unit, as_of, published, kind, confidence = cells[:8]
    value, low, high = (float(cell) if cell else None for cell in cells[8:11])
    period, vintage, grade, sources, locator, formula, text, note = cells[11:]
    return Claim(
        name, quantity, subject, value, low, high, unit, as_of, period, published,
        vintage or ("source" if sources else "figure"), kind, confidence, grade,
        tuple(sources.split(";")) if sources else (), locator, formula, text, note, origin,
    )  # fmt: skip


def _rows(path: Path) -> Iterator[dict[str, str]]:
    return _Table(path).dicts()


def _source(row: Mapping[str, str]) -> Source:
    optional = (row.get(name) or "" for name in ("url", "date", "access", "licence"))
    return Source(row["id"], row["publisher"], *optional)


def _when(entry: Attribute) -> str:
    return days(entry.published)[1]
