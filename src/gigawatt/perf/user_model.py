"""Models a user describes by their dimensions.

model_from    a transformer from a mapping, as a YAML file has it
EXAMPLE       such a file
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final, TypeVar

from gigawatt.errors import InputError
from gigawatt.perf.model import MAY_BE_NONE, Experts, Latent, Recurrent, Transformer, Window
from gigawatt.perf.sheet import Sheet

EXAMPLE: Final = """\
name: my-70b
layers: 80
hidden: 8192
heads: 64
kv_heads: 8
ffn: 28672
vocab: 128256
"""
"""A dense model; `latent`, `experts`, `window` and `recurrent` are mappings with the fields of those classes."""

EXAMPLES: Final = {
    "layers": "80",
    "hidden": "8192",
    "heads": "64",
    "ffn": "28672",
    "vocab": "128256",
    "count": "128",
    "active": "8",
    "kv_rank": "512",
    "size": "4096",
}
DEFAULTS: Final = {"shared": 0, "dense_layers": 0, "every": 1}

Part = TypeVar("Part", Latent, Experts, Window, Recurrent)


def model_from(values: Mapping[str, object], name: str) -> Transformer:
    """The model a mapping describes.

    Arguments:
        values: dimensions by the names of `Transformer`; `kv_heads`, `head_dim`, `gated` may be left out.
        name: what to call it where it has no name of its own.

    Raises:
        SheetError: every mistake, with its place.
    """
    sheet = Sheet(values)
    sheet.only(item.name for item in fields(Transformer))

    def whole(field: str, default: int | None = None) -> int:
        return sheet.whole(field, _example(field), default=default, least=int(field not in MAY_BE_NONE))

    heads, hidden = whole("heads"), whole("hidden")
    kv_heads, head_dim = whole("kv_heads", heads), whole("head_dim", max(hidden // heads, 1))
    layers, ffn, vocab, positions = whole("layers"), whole("ffn"), whole("vocab"), whole("positions", 0)
    gated, tied, biased = sheet.flag("gated", True), sheet.flag("tied", False), sheet.flag("biased", False)
    title = sheet.word("name", name)
    latent, experts = _part(sheet, "latent", Latent), _part(sheet, "experts", Experts)
    window, recurrent = _part(sheet, "window", Window), _part(sheet, "recurrent", Recurrent)
    sheet.stop()
    try:
        return Transformer(
            title,
            layers,
            hidden,
            heads,
            kv_heads,
            head_dim,
            ffn,
            gated,
            vocab,
            tied,
            positions,
            biased,
            latent,
            experts,
            window,
            recurrent,
        )
    except InputError as error:
        sheet.refused(error)
        sheet.stop()
        raise


def _part(sheet: Sheet, name: str, kind: type[Part]) -> Part | None:
    inner = sheet.part(name)
    if inner is None:
        return None
    names = [item.name for item in fields(kind)]
    inner.only(names)
    defaults = DEFAULTS | ({"period": 0} if kind is Window else {})
    return kind(
        **{
            each: inner.whole(each, _example(each), default=defaults.get(each), least=int(each not in MAY_BE_NONE))
            for each in names
        }
    )


def _example(field: str) -> str:
    return EXAMPLES.get(field, "128")
