"""Citations: a claim with its sources as plain text, BibTeX or CSL-JSON."""

from __future__ import annotations

import json
import re
from typing import Literal

from gigawatt.catalog.claim import Claim, Source
from gigawatt.catalog.store import Catalog
from gigawatt.errors import CatalogError, did_you_mean

FORMS = ("text", "bibtex", "csl")
"""The forms a citation can take."""


def cite(claim: Claim | str, catalog: Catalog, form: Literal["text", "bibtex", "csl"] = "text") -> str:
    """Who says so: the sources of a claim, ready to paste.

    Arguments:
        claim: the claim or its id.
        catalog: where its sources are looked up.
        form: `text` for a sentence per source, `bibtex` for entries, `csl` for a JSON array of CSL items.

    Raises:
        CatalogError: the claim or the form is unknown.
    """
    this = catalog[claim] if isinstance(claim, str) else claim
    sources = [catalog.source(name) for name in this.sources]
    match form:
        case "text":
            return "\n".join([str(this), *(_text(source, this) for source in sources)])
        case "bibtex":
            return "\n\n".join(_bibtex(source, this) for source in sources)
        case "csl":
            return json.dumps([_csl(source, this) for source in sources], ensure_ascii=False, indent=2)
    raise CatalogError(f"unknown form of citation `{form}`. {did_you_mean(form, FORMS)}")


def _text(source: Source, claim: Claim) -> str:
    parts = [source.publisher, source.date or "undated", claim.locator, source.url, _caveat(source), source.licence]
    return "  " + ", ".join(part for part in parts if part)


def _bibtex(source: Source, claim: Claim) -> str:
    fields = {
        "author": f"{{{source.publisher}}}",
        "title": f"{claim.quantity.replace('_', ' ')} of {claim.subject.replace('_', ' ')}",
        "year": source.date[:4],
        "date": source.date,
        "url": source.url,
        "note": ", ".join(part for part in (claim.locator, _caveat(source), source.licence) if part),
    }
    body = ",\n".join(f"  {name} = {{{_escaped(text)}}}" for name, text in fields.items() if text)
    return f"@misc{{{source.id},\n{body}\n}}"


def _csl(source: Source, claim: Claim) -> dict[str, object]:
    item: dict[str, object] = {
        "id": source.id,
        "type": "webpage" if source.url else "document",
        "title": f"{claim.quantity.replace('_', ' ')} of {claim.subject.replace('_', ' ')}",
        "publisher": source.publisher,
    }
    parts = [int(part) for part in source.date.split("/")[0].split("-") if part.isdigit()]
    if parts:
        item["issued"] = {"date-parts": [parts]}
    if source.url:
        item["URL"] = source.url
    if claim.locator:
        item["locator"] = claim.locator
    note = ", ".join(part for part in (_caveat(source), source.licence) if part)
    if note:
        item["note"] = note
    return item


def _caveat(source: Source) -> str:
    return {"secondary": "known through a summary", "transcribed": "read in a public transcription"}.get(
        source.access, ""
    )


def _escaped(text: str) -> str:
    return re.sub(r"([%&#_$])", r"\\\1", text)
