"""Models described by users."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
import yaml

from gigawatt.perf import user_model
from gigawatt.perf.library import built_in_models, find_model
from gigawatt.perf.model import Transformer
from gigawatt.perf.sheet import SheetError
from gigawatt.perf.user_model import model_from

PLAIN = {"layers": 8, "hidden": 512, "heads": 8, "ffn": 2048, "vocab": 1000}


def test_the_example_is_llama_by_another_name() -> None:
    made = model_from(yaml.safe_load(user_model.EXAMPLE), "file")
    assert replace(made, name="Llama3-70B") == find_model("Llama3-70B")


@pytest.mark.parametrize("model", built_in_models().values(), ids=lambda model: model.name)
def test_every_model_of_the_library_can_be_written_so(model: Transformer) -> None:
    written = {name: value for name, value in asdict(model).items() if value is not None}
    assert model_from(written, "file") == model


def test_what_is_left_out_follows_from_the_rest() -> None:
    made = model_from(PLAIN, "mine")
    assert (made.name, made.kv_heads, made.head_dim, made.gated) == ("mine", 8, 64, True)


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"layers": 0}, ("layers",), "at least 1"),
        ({"layers": -3}, ("layers",), "at least 1"),
        ({"layers": 1.5}, ("layers",), "whole number"),
        ({"layers": float("nan")}, ("layers",), "whole number"),
        ({"layers": "many"}, ("layers",), "whole number"),
        ({"layers": 10**400}, ("layers",), "a number of about 401 digits"),
        ({"hiden": 4}, ("hiden",), "Did you mean `hidden`"),
        ({"kv_heads": 3}, ("kv_heads",), "divisor of heads"),
        ({"gated": "yes"}, ("gated",), "true or false"),
        ({"experts": 8}, ("experts",), "mapping"),
        ({"experts": {"count": 4, "active": 8, "ffn": 64}}, ("experts", "active"), "at most experts.count"),
        ({"experts": {"count": 4, "active": 2}}, ("experts",), "`ffn` is missing"),
        ({"window": {"size": 0}}, ("window", "size"), "at least 1"),
        ({"heads": None}, (), "`heads` is missing"),
    ],
)
def test_a_mistake_names_its_place_and_fix(change: dict[str, object], place: tuple[str, ...], said: str) -> None:
    with pytest.raises(SheetError) as caught:
        model_from(PLAIN | change, "mine")
    fault = next(fault for fault in caught.value.faults if fault.place == place)
    assert said in fault.message
