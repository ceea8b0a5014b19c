"""The verbs on performance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.command import Command, Said
from gigawatt.perf import user_model, user_system
from gigawatt.perf.library import built_in_models, built_in_systems

SMALL = ("--model", "Llama3-8B", "--system", "H100-SXM-80GB")
LARGE = ("--model", "Llama3-70B", "--system", "H100-SXM-80GB")


def figures(said: Said) -> dict[str, list[Any]]:
    assert said.code == 0, said.err
    return {row[0]: row[1:] for row in json.loads(said.out)["tables"]["run"]["rows"]}


def test_a_bare_training_run_is_answered_with_its_defaults_stated(gigawatt: Command) -> None:
    code, out, err = gigawatt("perf", "train", *LARGE, "--chips", "1024")
    assert (code, err) == (0, "")
    for word in ("model FLOP utilisation", "Layout: tp=", "Binds: ", "(default)", "PUE 1.15 (median of", "claim"):
        assert word in out


def test_every_figure_of_a_run_stands_between_low_and_high(gigawatt: Command) -> None:
    found = figures(gigawatt("perf", "train", *LARGE, "--chips", "128", "--json"))
    assert len(found) == 10
    assert all(low < value < high for value, low, high, _ in found.values())


def test_a_layout_that_is_given_is_used_and_said(gigawatt: Command) -> None:
    layout = "tp=4,pp=4,interleave=2,recompute=full"
    code, out, _ = gigawatt("perf", "train", *LARGE, "--chips", "128", "--layout", layout)
    assert code == 0
    assert "tp=4,pp=4,dp=8,interleave=2,recompute=full (given)" in " ".join(out.split())


def test_a_search_shows_the_best_the_front_and_why(gigawatt: Command) -> None:
    code, out, _ = gigawatt("perf", "train", *SMALL, "--chips", "8", "--batch", "16", "--search", "--top", "3")
    assert code == 0
    assert "The best layouts" in out
    assert "The front of step time and peak memory" in out
    assert "Why the best beats the second" in out


def test_a_search_finds_nothing_slower_than_the_quick_grid(gigawatt: Command) -> None:
    words = ("perf", "train", *SMALL, "--chips", "16", "--batch", "32", "--json")
    quick, whole = (figures(gigawatt(*words, *more))["step"][0] for more in ((), ("--search",)))
    assert whole <= quick * (1 + 1e-9)


def test_a_price_and_a_pue_that_are_given_are_used(gigawatt: Command) -> None:
    words = ("perf", "train", *SMALL, "--chips", "8", "--json")
    one, two = (figures(gigawatt(*words, "--price", f"{p} USD/hour", "--pue", str(p))) for p in (1, 2))
    assert two["cost"][0] == pytest.approx(2 * one["cost"][0])
    assert two["energy"][0] == pytest.approx(2 * one["energy"][0])


def test_where_no_price_is_known_none_is_shown(gigawatt: Command) -> None:
    found = figures(gigawatt("perf", "train", "--model", "Llama3-8B", "--system", "TPU-v5p", "--chips", "8", "--json"))
    assert found["cost"] == [None, None, None, "no price known"]


def test_an_explanation_has_parts_what_binds_and_a_roofline(gigawatt: Command) -> None:
    code, out, _ = gigawatt("perf", "train", *SMALL, "--chips", "8", "--explain")
    assert code == 0
    for word in (
        "Where a step goes",
        "products, backward",
        "██",
        "What binds",
        "FLOP/byte",
        "TFLOP/s",
        "a feed-forward",
    ):
        assert word in out


def test_explanations_are_among_the_data_for_programs(gigawatt: Command) -> None:
    tables = json.loads(gigawatt("perf", "serve", *SMALL, "--chips", "1", "--json").out)["tables"]
    assert {"run", "parts_prompt", "parts_step", "binds", "roofline_prompt", "roofline_step"} == set(tables)
    assert sum(row[1] for row in tables["binds"]["rows"]) == pytest.approx(100, abs=3)


def test_a_bare_service_meets_the_default_targets_and_says_them(gigawatt: Command) -> None:
    said = gigawatt("perf", "serve", *LARGE, "--chips", "16", "--json")
    found = figures(said)
    assert found["first token after"][0] <= 2000
    assert found["each further token"][0] <= 50
    assert "within 50 ms (default)" in " ".join(json.loads(said.out)["notes"])


def test_targets_are_met(gigawatt: Command) -> None:
    found = figures(gigawatt("perf", "serve", *LARGE, "--chips", "8", "--ttft", "1 s", "--tpot", "20 ms", "--json"))
    assert found["first token after"][0] <= 1000
    assert found["each further token"][0] <= 20


def test_a_search_of_deployments_shows_the_best_the_front_and_why(gigawatt: Command) -> None:
    words = ("perf", "serve", *LARGE, "--chips", "8")
    quick, whole = gigawatt(*words, "--json"), gigawatt(*words, "--search", "--json")
    assert figures(whole)["tokens a chip"][0] >= 0.99 * figures(quick)["tokens a chip"][0]
    tables = json.loads(whole.out)["tables"]
    front = [(row[2], row[3]) for row in tables["front"]["rows"]]
    assert front == sorted(front, key=lambda rates: (-rates[0], rates[1]))
    assert len(tables["top"]["rows"]) == 5
    assert "Why the best beats the second" in " ".join(json.loads(whole.out)["notes"])


def test_more_memory_is_worth_the_layout_it_allows(gigawatt: Command) -> None:
    words = ("perf", "train", *LARGE, "--chips", "32", "--json")
    found = {row[0]: row for row in json.loads(gigawatt(*words).out)["tables"]["binds"]["rows"]}
    assert found["HBM capacity"][1] == 0
    assert found["HBM capacity"][2] >= 0


def test_a_concurrency_is_what_is_at_once(gigawatt: Command) -> None:
    found = figures(gigawatt("perf", "serve", *LARGE, "--chips", "8", "--concurrency", "24", "--json"))
    assert found["requests at once"][0] == pytest.approx(24)


def test_a_cached_prompt_and_a_draft_are_told(gigawatt: Command) -> None:
    more = ("--cached", "0.5", "--guesses", "3", "--accepted", "0.7", "--concurrency", "4")
    code, out, _ = gigawatt("perf", "serve", *SMALL, "--chips", "1", *more)
    assert code == 0
    assert "50 % of a prompt cached" in " ".join(out.split())
    assert "3 guesses a step" in " ".join(out.split())


def test_pools_read_on_some_replicas_and_write_on_others(gigawatt: Command) -> None:
    found = figures(gigawatt("perf", "serve", *LARGE, "--chips", "24", "--disaggregate", "--json"))
    assert found["replicas that read"][0] >= 1
    assert found["replicas that write"][0] >= 1
    assert found["each further token"][0] <= 50


def test_a_prompt_is_read(gigawatt: Command) -> None:
    short, long = (
        figures(gigawatt("perf", "prefill", *LARGE, "--chips", "8", "--isl", isl, "--json")) for isl in (512, 8192)
    )
    assert short["time to the first token"][0] < long["time to the first token"][0]


def test_a_token_is_written(gigawatt: Command) -> None:
    few, many = (
        figures(gigawatt("perf", "decode", *LARGE, "--chips", "8", "--batch", batch, "--json")) for batch in (1, 128)
    )
    assert few["time to the next tokens"][0] < many["time to the next tokens"][0]
    assert few["tokens written"][0] < many["tokens written"][0]


def test_systems_are_compared_at_equal_chips_power_and_money(gigawatt: Command) -> None:
    words = ("--system", "H100-SXM-80GB", "--system", "MI300X", "--system", "TPU-v5p")
    said = gigawatt("perf", "compare", "--model", "Llama3-8B", *words, "--chips", "64", "--json")
    tables = json.loads(said.out)["tables"]
    assert list(tables) == ["chips", "power", "money"]
    assert [row[1] for row in tables["chips"]["rows"]] == [64, 64, 64]
    assert tables["power"]["rows"][1][1] < 64 < tables["money"]["rows"][1][1]
    assert tables["money"]["rows"][2][1:] == [None] * 6 + ["no price known for TPU-v5p"]
    assert tables["chips"]["rows"][2][6] is None


def test_a_price_of_a_comparison_is_used(gigawatt: Command) -> None:
    words = ("--system", "TPU-v5p", "--system", "H100-SXM-80GB", "--price", "TPU-v5p=1 USD/hour", "--equal", "money")
    more = ("--price", "H100-SXM-80GB=2 USD/hour", "--chips", "64", "--json")
    rows = json.loads(gigawatt("perf", "compare", "--model", "Llama3-8B", *words, *more).out)["tables"]["money"]["rows"]
    assert [row[1] for row in rows] == [64, 32]


def test_systems_are_compared_in_training(gigawatt: Command) -> None:
    words = ("--system", "H100-SXM-80GB", "--system", "B200-SXM-180GB", "--workload", "train", "--chips", "64")
    code, out, _ = gigawatt("perf", "compare", "--model", "Llama3-8B", *words, "--equal", "power")
    assert code == 0
    assert "equal power at the meter" in out
    assert "idle" in out or "dp=" in out


def test_a_system_on_which_a_model_does_not_fit_is_told_beside_those_on_which_it_does(gigawatt: Command) -> None:
    words = ("--system", "B200-SXM-180GB", "--system", "A100-SXM-40GB", "--chips", "1", "--equal", "chips")
    code, out, _ = gigawatt("perf", "compare", "--model", "Llama3-70B", *words)
    assert code == 0
    assert "does not fit" in " ".join(out.split())


def test_the_library_is_listed_with_sources(gigawatt: Command) -> None:
    models = json.loads(gigawatt("perf", "models", "--json").out)
    systems = json.loads(gigawatt("perf", "systems", "--json").out)
    assert len(models["rows"]) == len(built_in_models())
    assert len(systems["rows"]) == len(built_in_systems())
    assert all(row[-1] for row in (*models["rows"], *systems["rows"]))


def test_words_narrow_a_list(gigawatt: Command) -> None:
    assert len(json.loads(gigawatt("perf", "models", "llama3", "70b", "--json").out)["rows"]) >= 1
    code, out, _ = gigawatt("perf", "systems", "abacus")
    assert (code, "Nothing has all these words" in out) == (0, True)


def test_a_chip_from_a_spec_sheet_and_a_model_from_its_dimensions_are_taken(gigawatt: Command) -> None:
    Path("chip.yaml").write_text(user_system.EXAMPLE, "utf-8")
    Path("model.yaml").write_text(user_model.EXAMPLE, "utf-8")
    code, out, _ = gigawatt("perf", "train", "--model", "model.yaml", "--system", "chip.yaml", "--chips", "64")
    assert code == 0
    assert "my-70b on 64 my-chip, training" in out
    assert "no price known" in out


def test_a_model_is_read_from_its_config(gigawatt: Command) -> None:
    fields = {
        "model_type": "llama",
        "num_hidden_layers": 32,
        "hidden_size": 4096,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "intermediate_size": 14336,
        "vocab_size": 128256,
    }
    Path("mine").mkdir()
    Path("mine/config.json").write_text(json.dumps(fields), "utf-8")
    own = figures(gigawatt("perf", "train", "--model", "mine", "--system", "H100-SXM-80GB", "--chips", "8", "--json"))
    known = figures(gigawatt("perf", "train", *SMALL, "--chips", "8", "--json"))
    assert own["step"][0] == pytest.approx(known["step"][0], rel=1e-3)


def test_the_same_question_has_the_same_answer(gigawatt: Command) -> None:
    words = ("perf", "serve", *SMALL, "--chips", "4", "--explain")
    assert gigawatt(*words) == gigawatt(*words)


def test_adapters_need_less_memory_and_less_time_than_all_weights(gigawatt: Command) -> None:
    words = ("perf", "train", *LARGE, "--chips", "16", "--layout", "tp=8,pp=2,recompute=full", "--json")
    whole, part = (figures(gigawatt(*words, *more)) for more in ((), ("--adapters",)))
    assert part["peak memory"][0] < 0.5 * whole["peak memory"][0]
    assert part["step"][0] < whole["step"][0]
