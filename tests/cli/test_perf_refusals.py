"""What the verbs on performance refuse: what is wrong, where, and what would do; never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.command import Command
from gigawatt.perf import user_system

LARGE = ("--model", "Llama3-70B", "--system", "H100-SXM-80GB")
A100 = ("--model", "Llama3-70B", "--system", "A100-SXM-80GB")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", *LARGE, "--chips", "8"), "with no room for states"),
        (("train", *LARGE, "--chips", "8"), "chips would do"),
        (("train", *LARGE, "--chips", "8", "--search"), "Fewest chips that would do"),
        (("train", *LARGE, "--chips", "1024", "--layout", "tp=6"), "Nearest that does: 4"),
        (("train", *LARGE, "--chips", "96", "--layout", "tp=3"), "Nearest that fits: 2"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=8,dp=4"), "give --chips 32"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=1"), "Nearest layout that fits: `"),
        (("train", *LARGE, "--chips", "64", "--layout", "tpp=8"), "Did you mean `tp`"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=0"), "tp: `0`"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=-8"), "tp: `-8`"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=nan"), "tp: `nan`"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=" + "9" * 30), "expected a whole number"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=8,tp=4"), "given twice"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp"), "such as `tp=8`"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=8,recompute=fulll"), "Did you mean `full`"),
        (("train", *LARGE, "--chips", "64", "--layout", "tp=8", "--search"), "exclude each other"),
        (("train", *LARGE, "--chips", "1024", "--batch", "3"), "Or choose another batch, such as 4"),
        (("train", *LARGE, "--chips", "0"), "greater than or equal to 1"),
        (("train", *LARGE, "--chips", "-5"), "greater than or equal to 1"),
        (("train", *LARGE, "--chips", "nan"), "valid integer"),
        (("train", *LARGE, "--chips", "64", "--batch", "0"), "greater than or equal to 1"),
        (("train", *LARGE, "--chips", "64", "--tokens", "-1"), "greater than or equal to 1"),
        (("train", *LARGE, "--chips", "64", "--format", "fp9"), "Did you mean `fp8`"),
        (("train", *LARGE, "--chips", "64", "--format", "fp4"), "Nearest: `--format fp8`"),
        (("train", *A100, "--chips", "64", "--format", "fp8"), "no fp8 rate on its spec sheet"),
        (("train", *LARGE, "--chips", "64", "--date", "soon"), "is no date"),
        (("train", *LARGE, "--chips", "64", "--date", "1850"), "from 2018 to 2035"),
        (("train", *LARGE, "--chips", "64", "--pue", "0.9"), "at least 1"),
        (("train", *LARGE, "--chips", "64", "--pue", "nan"), "at least 1"),
        (("train", *LARGE, "--chips", "64", "--price", "-2 USD/hour"), "0 or more"),
        (("train", *LARGE, "--chips", "64", "--price", "2 EUR/hour"), "such as `2.5 USD/hour`"),
        (("train", "--model", "Llama3-7OB", "--system", "MI300X", "--chips", "64"), "Did you mean `Llama3-70B`"),
        (("train", "--model", "Llama3-70B", "--system", "MI300Y", "--chips", "64"), "Did you mean `MI300X`"),
        (("train", "--model", "none.yaml", "--system", "MI300X", "--chips", "64"), "no such file"),
        (("train", "--model", "none.json", "--system", "MI300X", "--chips", "64"), "none.json"),
        (("train", "--model", "Llama3-70B", "--system", "none.yaml", "--chips", "64"), "no such file"),
        (("serve", *LARGE, "--chips", "1", "--format", "bf16"), "Nearest that fits: 2 chips"),
        (("serve", *LARGE, "--chips", "8", "--layout", "tp=16"), "takes 16 chips; expected at most 8"),
        (("serve", *LARGE, "--chips", "8", "--layout", "tp=3"), "tp: 3; expected a divisor"),
        (("serve", *LARGE, "--chips", "8", "--isl", "0"), "greater than or equal to 1"),
        (("serve", *LARGE, "--chips", "8", "--isl", "nan"), "valid integer"),
        (("serve", *LARGE, "--chips", "8", "--osl", "0"), "greater than or equal to 1"),
        (("serve", *LARGE, "--chips", "8", "--isl", "100000000"), "no room for the cache"),
        (("serve", *LARGE, "--chips", "8", "--ttft", "2"), "no unit"),
        (("serve", *LARGE, "--chips", "8", "--ttft", "nan"), "finite number"),
        (("serve", *LARGE, "--chips", "8", "--ttft", "0 s"), "more than 0 s"),
        (("serve", *LARGE, "--chips", "8", "--tpot", "-5 ms"), "more than 0 s"),
        (("serve", *LARGE, "--chips", "8", "--tpot", "5 GW"), "--tpot"),
        (("serve", *LARGE, "--chips", "8", "--tpot", "1 ms"), "out of reach"),
        (("serve", *LARGE, "--chips", "8", "--cached", "1.5"), "cached: 1.5"),
        (("serve", *LARGE, "--chips", "8", "--cached", "nan"), "cached: nan"),
        (("serve", *LARGE, "--chips", "8", "--accepted", "0.5"), "without `--guesses`"),
        (("serve", *LARGE, "--chips", "8", "--guesses", "2", "--accepted", "1"), "accepted: 1"),
        (("serve", *LARGE, "--chips", "8", "--kv", "fp3"), "no number format `fp3`"),
        (("serve", *LARGE, "--chips", "1", "--disaggregate"), "at least 2"),
        (("serve", *LARGE, "--chips", "8", "--disaggregate", "--layout", "tp=2"), "says nothing about"),
        (("serve", *LARGE, "--chips", "8", "--search", "--layout", "tp=2"), "exclude each other"),
        (("serve", *LARGE, "--chips", "8", "--search", "--concurrency", "8"), "chooses how many requests"),
        (("serve", *LARGE, "--chips", "1", "--format", "bf16", "--search"), "chips: "),
        (("serve", *LARGE, "--chips", "8", "--search", "--tpot", "1 ms"), "chips: "),
        (("prefill", *LARGE, "--chips", "1", "--format", "bf16"), "does not fit"),
        (("decode", *LARGE, "--chips", "8", "--batch", "1000000"), "Nearest that fits: concurrency"),
        (("compare", "--model", "Llama3-70B", "--system", "H10O-SXM-80GB"), "Did you mean `H100-SXM-80GB`"),
        (("compare", *LARGE, "--chips", "1", "--format", "bf16"), "does not fit"),
        (("compare", *LARGE, "--price", "x"), "expected a system and a price"),
        (("compare", *LARGE, "--price", "H200=2 USD/hour"), "no system `H200` in this comparison"),
        (("compare", *LARGE, "--equal", "size"), "'size' is not one of"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_do(gigawatt: Command, words: tuple[str, ...], said: str) -> None:
    code, out, err = gigawatt("perf", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert "a mistake in gigawatt" not in err


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("6 TB/s", "0 TB/s", "6:18: chip.hbm_bandwidth", "more than 0"),
        ("6 TB/s", "-6 TB/s", "6:18: chip.hbm_bandwidth", "more than 0"),
        ("6 TB/s", ".nan", "6:18", "not a finite number"),
        ("6 TB/s", "6 TB", "6:18: chip.hbm_bandwidth", "one is an amount, the other a rate"),
        ("hbm_capacity", "hbm_capcity", "5:3: chip.hbm_capcity", "Did you mean `hbm_capacity`"),
        ("fp8: 3000", "fp9: 3000", "4:31: chip.flops.fp9", "Did you mean `fp8`"),
        ("bandwidth: 50 GB/s", "bandwidth: 50 GB", "10:34: networks[1].bandwidth", "rate"),
        ("chips: 64", "chips: 0", "9:26: networks[0].chips", "whole number"),
        ("node: 8", "node: [8", "2:7", "not closed"),
    ],
)
def test_a_mistake_in_a_spec_sheet_is_found_where_it_stands(
    gigawatt: Command, old: str, new: str, place: str, said: str
) -> None:
    assert user_system.EXAMPLE.count(old) == 1
    Path("chip.yaml").write_text(user_system.EXAMPLE.replace(old, new), "utf-8")
    code, out, err = gigawatt("perf", "serve", "--model", "Llama3-8B", "--system", "chip.yaml", "--chips", "8")
    assert (code, out) == (2, "")
    assert f"chip.yaml:{place}" in err
    assert said in err


def test_every_mistake_of_a_model_is_told_at_once(gigawatt: Command) -> None:
    Path("mine.yaml").write_text("layers: -2\nhidden: 64\nheads: 3.5\nfnn: 128\nvocab: 100\n", "utf-8")
    code, _, err = gigawatt("perf", "train", "--model", "mine.yaml", "--system", "H100-SXM-80GB", "--chips", "8")
    assert code == 2
    for told in ("mine.yaml:1:9: layers", "mine.yaml:3:8: heads", "mine.yaml:4:1: fnn", "`ffn` is missing"):
        assert told in err


def test_a_config_without_a_field_is_refused_with_its_name(gigawatt: Command) -> None:
    Path("config.json").write_text(json.dumps({"model_type": "llama", "hidden_size": 4096}), "utf-8")
    code, _, err = gigawatt("perf", "train", "--model", "config.json", "--system", "H100-SXM-80GB", "--chips", "8")
    assert code == 2
    assert "config.json: num_hidden_layers: missing" in err


def test_nothing_is_written_where_something_is_wrong(gigawatt: Command) -> None:
    code, _, _ = gigawatt("perf", "train", *LARGE, "--chips", "8", "--out", "page.html")
    assert code == 2
    assert not Path("page.html").exists()
