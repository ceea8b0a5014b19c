"""Bad input: every mistake is refused with what was given, where, what was expected and what would work.

Warnings are errors here: a number that is none must not reach the arithmetic.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.capacity import capacity, require_fit
from gigawatt.perf.collective import collective_time
from gigawatt.perf.config_json import read_model
from gigawatt.perf.cost import million_tokens, power_price
from gigawatt.perf.deployment import deployments, formats
from gigawatt.perf.failure import best_interval, failure_interval, goodput
from gigawatt.perf.fault import RULES, refuse_faults
from gigawatt.perf.formats import FORMATS, format_bytes, format_code
from gigawatt.perf.gemm import gemm_time
from gigawatt.perf.hardware import hardware
from gigawatt.perf.layout import layouts, workloads
from gigawatt.perf.library import built_in_models, find_model, find_system
from gigawatt.perf.memory import PARTS
from gigawatt.perf.model import Experts, Latent, Recurrent, Transformer, Window
from gigawatt.perf.power import chip_power, facility_power, node_power, token_energy
from gigawatt.perf.serving import Requests, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.system import FIGURES, Chip, Level, System
from gigawatt.perf.training import model_flops, train
from laws.perf_worlds import trainings

pytestmark = pytest.mark.filterwarnings("error")

NOT_POSITIVE = (0.0, -1.0, float("nan"), float("inf"), float("-inf"))
NOT_COUNTED = (*NOT_POSITIVE, 1.5)

CHIP = Chip("chip", {"bf16": 1e15}, 80e9, 3e12)
NET = Level("net", 8, 4e11)
SMALL = Transformer("small", 4, 512, 8, 8, 64, 2048, True, 32_000)
A100 = hardware([find_system("A100-SXM-80GB")])
GPT3 = shapes([find_model("GPT3-175B")])


def refused(make: object, error: type[Exception] = InputError) -> str:
    with pytest.raises(error) as caught:
        make()  # type: ignore[operator]
    return str(caught.value)


# Chips, networks, models


@pytest.mark.parametrize("value", NOT_POSITIVE)
@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_a_chip_that_is_no_positive_number_is_refused(figure: str, value: float) -> None:
    message = refused(lambda: replace(CHIP, **{figure: value}))
    assert message.startswith(f"chip `chip`: {figure}: {value}; expected a ")


@pytest.mark.parametrize("value", NOT_POSITIVE)
@pytest.mark.parametrize("rate", ["bf16", "fp8"])
def test_a_peak_that_is_no_positive_number_is_refused(rate: str, value: float) -> None:
    message = refused(lambda: replace(CHIP, flops={"bf16": 1e15} | {rate: value}))
    assert message.startswith(f"chip `chip`: flops.{rate}: {value}; expected a finite number above 0")


@pytest.mark.parametrize("side", [0, 1, 2])
def test_a_block_without_a_side_is_refused(side: int) -> None:
    tile = [64, 128, 32]
    tile[side] = 0
    assert "chip `chip`: tile." in refused(lambda: replace(CHIP, tile=tuple(tile)))


@pytest.mark.parametrize("value", NOT_POSITIVE)
def test_a_network_without_a_speed_is_refused(value: float) -> None:
    for make in (lambda: Level("net", 8, value), lambda: find_system("TPU-v5p").with_scale_out(value)):
        assert f"bandwidth: {value}; expected a finite number above 0" in refused(make)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("-inf")])
def test_a_network_that_joins_nothing_is_refused(value: float) -> None:
    for make in (lambda: Level("net", value, 1e9), lambda: find_system("TPU-v5p").with_domain(value)):
        assert f"chips: {value}; expected a whole number of at least 1, or infinite." in refused(make)


@pytest.mark.parametrize("value", NOT_POSITIVE)
def test_a_host_without_chips_is_refused(value: float) -> None:
    assert f"system `s`: node: {value}" in refused(lambda: System("s", CHIP, value, (NET,)))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab"])
def test_a_dimension_that_is_no_positive_number_is_refused(name: str, value: float) -> None:
    assert refused(lambda: replace(SMALL, **{name: value})).startswith(f"model `small`: {name}: {value}; expected ")


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"experts": Experts(0, 1, 64)}, "experts.count: 0"),
        ({"experts": Experts(8, 9, 64)}, "experts.active: 9; expected at most experts.count, 8"),
        ({"experts": Experts(8, 2, 64, dense_layers=5)}, "experts.dense_layers: 5; expected at most layers, 4"),
        ({"latent": Latent(0, 0, 64, 128, 128)}, "latent.kv_rank: 0"),
        ({"window": Window(0)}, "window.size: 0"),
        ({"recurrent": Recurrent(0, 1, 1, 1, 1)}, "recurrent.period: 0"),
        ({"recurrent": Recurrent(2, 1, 1, 1, 1), "window": Window(8)}, "expected one of the two, not both"),
        ({"kv_heads": 3}, "kv_heads: 3; expected a divisor of heads, 8"),
    ],
)
def test_a_part_of_a_model_that_cannot_be_is_refused_with_its_place(part: dict[str, object], place: str) -> None:
    assert place in refused(lambda: replace(SMALL, **part))


@pytest.mark.parametrize("value", ["3e12", None, True, [3e12], 1j])
@pytest.mark.parametrize("name", ["hbm_capacity", "hbm_bandwidth"])
def test_a_figure_of_a_chip_that_is_no_number_at_all_is_refused(name: str, value: object) -> None:
    assert refused(lambda: replace(CHIP, **{name: value})).startswith(f"chip `chip`: {name}: ")


@pytest.mark.parametrize("name", ["arrays", "dies", "hbm_stacks"])
@pytest.mark.parametrize("value", [1.5, True, "8"])
def test_what_a_chip_has_a_count_of_is_whole(name: str, value: object) -> None:
    message = refused(lambda: replace(CHIP, **{name: value}))
    assert message.startswith(f"chip `chip`: {name}: ")
    assert message.endswith("expected a whole number of at least 1.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tile": (64, 128)}, "tile: (64, 128); expected rows, columns, depth, such as (64, 128, 32)."),
        ({"tile": 64}, "tile: 64; expected rows, columns, depth"),
        ({"tile": (64, 128, 1.5)}, "tile.depth: 1.5; expected a whole number of at least 1."),
        ({"idle": 800.0, "tdp": 700.0}, "idle: 800; expected at most tdp, 700, both in W."),
        ({"available": 24.5}, "available: 24.5; expected a number from 1990 to 2100, in years, such as 2024.5."),
        ({"flops": 1e15}, "flops: 1000000000000000.0; expected FLOP/s of at least one of tf32, bf16"),
        ({"flops": {"bf16": "1e15"}}, "flops.bf16: the text `1e15`; expected a finite number above 0."),
        ({"flops": {16: 1e15}}, "flops: no rate for `16`."),
    ],
)
def test_a_chip_that_contradicts_itself_is_refused(change: dict[str, object], said: str) -> None:
    assert refused(lambda: replace(CHIP, **change)).startswith(f"chip `chip`: {said}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"chips": 7.5}, "chips: 7.5; expected a whole number of at least 1, or infinite."),
        ({"chips": "8"}, "chips: the text `8`; expected a whole number"),
        ({"dimensions": 1.5}, "dimensions: 1.5; expected a whole number of at least 1."),
        ({"latency": -1e-6}, "latency: -1e-06; expected a finite number of at least 0, in seconds."),
        ({"latency": float("nan")}, "latency: nan; expected a finite number of at least 0"),
        ({"bandwidth": None}, "bandwidth: None; expected a finite number above 0."),
    ],
)
def test_a_network_that_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    assert refused(lambda: replace(NET, **change)).startswith(f"network `net`: {said}")


@pytest.mark.parametrize("value", [2.5, True, "8", None])
def test_a_host_has_a_whole_number_of_chips(value: object) -> None:
    assert refused(lambda: System("s", CHIP, value, (NET,))).startswith("system `s`: node: ")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layers": 1.5}, "layers: 1.5; expected a whole number of at least 1."),
        ({"hidden": "4096"}, "hidden: the text `4096`; expected a whole number"),
        ({"vocab": 10**400}, "vocab: a number of about 401 digits; expected a whole number"),
        ({"ffn": 10**13}, "ffn: 10000000000000; expected a whole number of at most 1e+12."),
        ({"positions": -1}, "positions: -1; expected a whole number of at least 0."),
        ({"gated": "no"}, "gated: the text `no`; expected True or False."),
        ({"tied": 1}, "tied: 1; expected True or False."),
        ({"experts": Experts(8, 2, 64.5)}, "experts.ffn: 64.5; expected a whole number"),  # type: ignore[arg-type]
        ({"experts": 8}, "experts: 8; expected `Experts`, or None."),
        ({"window": Window(4096, True)}, "window.period: True; expected a whole number"),
    ],
)
def test_a_dimension_that_is_no_whole_number_is_refused(change: dict[str, object], said: str) -> None:
    assert refused(lambda: replace(SMALL, **change)).startswith(f"model `small`: {said}")


@pytest.mark.parametrize("index", [[1], [-1], [0.7], ["0"], [True], [0, 2]])
def test_a_position_where_there_is_nothing_is_refused(index: list[object]) -> None:
    system = find_system("A100-SXM-80GB")
    for make in (
        lambda: hardware([system], index),  # type: ignore[arg-type]
        lambda: hardware([system]).take(index),  # type: ignore[arg-type]
    ):
        assert re.match(r"system(\[\d\])?: .+; expected a whole number from 0 to 0\.", refused(make))
    for make in (lambda: shapes([SMALL], index), lambda: GPT3.take(index)):  # type: ignore[arg-type]
        assert re.match(r"model(\[\d\])?: .+; expected a whole number from 0 to 0\.", refused(make))


def test_nothing_at_all_is_refused() -> None:
    assert refused(lambda: hardware([])).startswith("systems: empty; expected a list of at least one")
    assert refused(lambda: shapes([])).startswith("models: empty; expected a list of at least one")


@pytest.mark.parametrize("thing", [None, "A100", 8, CHIP, SMALL])
def test_a_thing_of_another_kind_is_refused_with_its_position(thing: object) -> None:
    system = find_system("A100-SXM-80GB")
    assert "systems[1]: " in refused(lambda: hardware([system, thing]))  # type: ignore[list-item]
    assert "models[1]: " in refused(lambda: shapes([SMALL, thing if thing is not SMALL else CHIP]))  # type: ignore[list-item]
    assert "levels[1]: " in refused(lambda: System("s", CHIP, 8, (NET, thing)))  # type: ignore[arg-type]
    if thing is not CHIP:
        assert "system `s`: chip: " in refused(lambda: System("s", thing, 8, (NET,)))  # type: ignore[arg-type]


def test_what_is_in_no_list_is_refused() -> None:
    assert "one that is in no list" in refused(lambda: hardware(find_system("A100-SXM-80GB")))  # type: ignore[arg-type]
    assert "one that is in no list" in refused(lambda: shapes(SMALL))  # type: ignore[arg-type]
    assert "expected a tuple of networks" in refused(lambda: System("s", CHIP, 8, NET))  # type: ignore[arg-type]


def test_as_many_formats_as_systems_are_expected_or_one() -> None:
    assert "number_format: " in refused(lambda: hardware([find_system("A100-SXM-80GB")] * 3).rate([2, 2]))


@given(st.floats(0.5, 100.0), st.floats(1.0, 1.5), st.integers(1, 512), st.integers(1, 8192), st.integers(1, 8192))
def test_more_peak_on_a_sheet_without_arrays_slows_no_product(
    peta: float, more: float, rows: int, columns: int, depth: int
) -> None:
    slow, fast = (
        hardware([System("s", replace(CHIP, flops={"bf16": rate}), 8, (NET,))])
        for rate in (peta * 1e15, peta * more * 1e15)
    )
    code = format_code("bf16")
    before, after = (gemm_time(rows, columns, depth, chips, code).total for chips in (slow, fast))
    assert np.all(after <= before * (1 + 1e-9))


# Number formats


@pytest.mark.parametrize(
    ("word", "meant"),
    [("fp6", "fp"), ("bf61", "bf16"), ("nvpf4", "nvfp4"), ("float61", "float16"), ("FLOAT61", "float16")],
)
def test_an_unknown_number_format_is_refused_wherever_it_is_given(word: str, meant: str) -> None:
    for make in (
        lambda: format_code(word),
        lambda: workloads(1, 1, number_format=word),
        lambda: workloads([1, 1], 1, number_format=["bf16", word]),
        lambda: formats(word),
        lambda: formats("bf16", kv=word),
        lambda: formats("bf16", expert=word),
    ):
        message = refused(make)
        assert f"no number format `{word}`." in message
        assert re.search(f"Did you mean `{meant}", message)


@pytest.mark.parametrize("word", [None, 16, 2.5])
def test_a_number_format_that_is_no_word_is_refused(word: object) -> None:
    assert f"no number format `{word}`. Known: " in refused(lambda: format_code(word))  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [len(FORMATS), -1, 0.5, True])
def test_a_code_of_no_number_format_is_refused(code: float) -> None:
    for make in (lambda: format_bytes(code), lambda: A100.rate(code), lambda: format_bytes([code])):
        assert "expected a whole number from 0 to 6." in refused(make)


def test_a_rate_of_a_chip_in_an_unknown_format_is_refused_with_the_likely_one() -> None:
    message = refused(lambda: replace(CHIP, flops={"bf16": 1e15, "pf8": 2e15}))
    assert "chip `chip`: flops: no rate for `pf8`." in message
    assert "Did you mean `fp8`?" in message


# Layouts and workloads


@pytest.mark.parametrize("value", NOT_COUNTED)
@pytest.mark.parametrize("degree", ["tp", "pp", "dp", "cp", "ep", "expert_tp", "shards", "interleave", "micro_batch"])
def test_a_degree_that_is_no_count_is_refused_with_its_configuration(degree: str, value: float) -> None:
    message = refused(lambda: layouts(**{degree: [1, 2, value]}))  # type: ignore[arg-type]
    assert message == f"layout[2].{degree}: {value:g}; expected a whole number of at least 1."


@pytest.mark.parametrize("value", [-1, 4, 0.5, float("nan")])
def test_a_level_of_sharding_that_is_none_is_refused(value: float) -> None:
    assert "layout[0].zero: " in refused(lambda: layouts(zero=value))


@pytest.mark.parametrize("value", NOT_POSITIVE)
@pytest.mark.parametrize("name", ["batch", "tokens"])
def test_a_workload_of_nothing_is_refused(name: str, value: float) -> None:
    message = refused(lambda: workloads(**({"batch": 1.0, "tokens": 1.0} | {name: value})))  # type: ignore[arg-type]
    assert message == f"workload[0].{name}: {value:g}; expected a whole number of at least 1."


@pytest.mark.parametrize("value", NOT_COUNTED)
@pytest.mark.parametrize("degree", ["tp", "pp", "ep", "attention_dp"])
def test_a_degree_of_a_deployment_that_is_no_count_is_refused(degree: str, value: float) -> None:
    message = refused(lambda: deployments(**{degree: [1, value]}))  # type: ignore[arg-type]
    assert re.search(rf"\b{degree}\b.*: {value:g}; expected a whole number of at least 1\.$", message)


@st.composite
def misfits(draw: st.DrawFn) -> tuple[Transformer, dict[str, float], dict[str, float]]:
    """A model, a layout that fits it but for one degree, and a batch and its tokens."""
    model = draw(st.sampled_from(list(built_in_models().values())))
    layout, work = draw(trainings(model))
    degrees = {name: layout[name] for name in ("tp", "pp", "dp", "cp", "ep", "interleave", "micro_batch")}
    degrees[draw(st.sampled_from(("tp", "pp", "dp", "cp", "ep", "micro_batch")))] = draw(st.integers(1, 48))
    return model, degrees, {"batch": work["batch"], "tokens": work["tokens"]}


@settings(max_examples=100, deadline=None)
@given(misfits())
def test_the_nearest_layout_that_is_offered_works_and_none_is_nearer(
    drawn: tuple[Transformer, dict[str, float], dict[str, float]],
) -> None:
    model, degrees, given_work = drawn
    shape, work = shapes([model]), workloads(**given_work)
    try:
        train(shape, A100, layouts(**degrees), work)
    except InputError as error:
        fix = r"Nearest that fits: (\d+)|No other value of it fits; (?:together these do: (.+)|change another)"
        found = re.fullmatch(rf"layout\[0\]\.(\w+): (\d+); expected (.+)\. (?:{fix})\.", str(error))
        assert found is not None
        degree, value, expected, near, together = found.groups()
        assert (degree, expected) in {(rule.field, rule.says) for rule in RULES}
        assert int(value) == degrees[degree]
        if near is not None:
            refuse_faults(shape, layouts(**(degrees | {degree: int(near)})), work)
        if together is not None:
            changes = dict(change.split("=") for change in together.split(", "))
            refuse_faults(shape, layouts(**(degrees | {name: int(to) for name, to in changes.items()})), work)
        away = abs(int(near) - int(value)) if near is not None else int(value)
        for other in range(max(1, int(value) - away + 1), int(value) + away):
            with pytest.raises(InputError):
                refuse_faults(shape, layouts(**(degrees | {degree: other})), work)


def test_the_first_wrong_configuration_of_many_is_named() -> None:
    message = refused(lambda: train(GPT3, A100, layouts(tp=[1, 8, 7, 5]), workloads(8, 2048)))
    assert message == "layout[2].tp: 7; expected a divisor of the heads. Nearest that fits: 6."


@pytest.mark.parametrize(
    ("shape", "layout", "work", "said"),
    [
        ([0, 0], [1], [8], None),
        ([0, 0], [1, 2, 4], [8], "shape: 2 configurations; expected 1 or 3"),
        ([0], [1, 2, 4], [8, 8], "work: 2 configurations; expected 1 or 3"),
    ],
)
def test_lengths_that_do_not_match_are_refused(
    shape: list[int], layout: list[int], work: list[int], said: str | None
) -> None:
    def make() -> object:
        return train(GPT3.take(shape), A100, layouts(tp=layout), workloads(work, 2048))

    if said is None:
        assert make() is not None
    else:
        assert said in refused(make)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: layouts(recompute="ful"), "Did you mean `full`?"),
        (lambda: layouts(schedule="zero-bubble"), "Did you mean `zero_bubble`?"),
        (lambda: workloads(1, 1, attention="fuse"), "Did you mean `fused`?"),
        (lambda: collective_time("allgather", 1.0, 2, A100), "Did you mean `all_gather`?"),
        (lambda: model_flops(GPT3, workloads(1, 1), "casual"), "Did you mean `causal`?"),
        (lambda: find_model("Lama3-70B"), "Did you mean `Llama3-70B`?"),
        (lambda: find_system("H100-SMX-80GB"), "Did you mean `H100-SXM-80GB`?"),
        (lambda: Level("net", 8, 1e9, "swich"), "Did you mean `switch`?"),
    ],
)
def test_a_misspelt_word_is_refused_with_the_likely_one(make: object, said: str) -> None:
    assert said in refused(make)


# What fits nowhere


def huge() -> Transformer:
    return replace(find_model("GPT3-175B"), name="huge", layers=100_000)


def test_a_model_that_fits_nowhere_trains_in_no_layout_and_says_which_part_is_too_much() -> None:
    shape = shapes([huge()])
    done = train(shape, A100, layouts(tp=8, pp=[1, 8, 64]), workloads(64, 2048))
    assert not np.any(done.feasible)
    assert np.all(np.isfinite(done.step))
    assert {PARTS[part] for part in done.memory.too_much(A100)} <= {"weights", "gradients", "states", "activations"}


def test_a_model_that_fits_nowhere_is_not_served_and_says_what_would_help() -> None:
    place = shapes([huge()]), A100, deployments(tp=8), formats("bf16")
    assert np.isnan(serve(*place, Requests(128.0, 128.0, 1.0)).tokens)
    message = refused(lambda: require_fit(*place, 256.0, 1.0), ModelError)
    assert "no room for the weights: weights " in message
    assert message.endswith("Nearest that fits: a chip with more memory, or a narrower format.")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(list(built_in_models().values())),
    st.sampled_from((1, 2, 4, 8)),
    st.integers(1, 100_000),
    st.integers(1, 5_000),
)
def test_the_nearest_deployment_that_is_offered_fits(model: Transformer, tp: int, length: int, many: int) -> None:
    where = shapes([model]), A100
    number = formats("bf16")
    try:
        require_fit(*where, deployments(tp=tp), number, length, many)
    except ModelError as error:
        message = str(error)
        fewer, wider = re.search(r"concurrency (\d+)", message), re.search(r"or tp (\d+)|fits: tp (\d+)", message)
        assert re.search(r"no room for the (weights|workspace|cache)", message)
        if fewer:
            require_fit(*where, deployments(tp=tp), number, length, int(fewer[1]))
            assert int(fewer[1]) < many
        if wider:
            require_fit(*where, deployments(tp=int(wider[1] or wider[2])), number, length, many)
    else:
        assert capacity(*where, deployments(tp=tp), number, length).sequences >= many


@pytest.mark.parametrize("value", NOT_POSITIVE[:3])
@pytest.mark.parametrize("name", ["length", "concurrency"])
def test_room_for_nothing_is_refused(name: str, value: float) -> None:
    asked = {"length": 10.0, "concurrency": 1.0} | {name: value}
    message = refused(lambda: require_fit(GPT3, A100, deployments(tp=8), formats("bf16"), **asked))
    assert re.search(rf"\b{name}\b.*: {value:g}; expected a (finite )?number above 0\.$", message)


# Requests, failures, power


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(
            (name, value)
            for name in ("isl", "osl", "concurrency", "chunk", "most")
            for value in (0.0, -1.0, float("nan"))
        ),
        *(("cached", value) for value in (-0.1, 1.0, float("nan"))),
        *(("accepted", value) for value in (-0.1, 1.1, float("nan"))),
        *((name, value) for name in ("guesses", "draft") for value in (-1.0, float("nan"))),
        *(("skew", value) for value in (0.9, 0.0, float("nan"))),
    ],
)
def test_a_figure_of_requests_out_of_its_bounds_is_refused(name: str, wrong: float) -> None:
    asked = {"isl": 1.0, "osl": 1.0, "concurrency": 1.0} | {name: wrong}
    assert re.match(rf"requests: {name}: {wrong:g}; expected a (finite )?number ", refused(lambda: Requests(**asked)))


@pytest.mark.parametrize("value", NOT_POSITIVE)
def test_times_between_failures_that_are_none_are_refused(value: float) -> None:
    assert f"interval: {value:g}; expected a finite number above 0." in refused(lambda: failure_interval(value, 8))
    assert f"chips: {value:g}; expected a finite number above 0." in refused(lambda: failure_interval(1.0, value))
    assert f"checkpoint: {value:g}" in refused(lambda: best_interval(value, 1.0))
    assert f"mean: {value:g}" in refused(lambda: goodput(value, 1.0, 1.0, 1.0))
    assert f"interval: {value:g}" in refused(lambda: goodput(1.0, value, 1.0, 1.0))


@pytest.mark.parametrize("value", [0.99, 0.0, -1.0, float("nan")])
def test_a_facility_that_makes_power_is_refused(value: float) -> None:
    assert f"pue: {value:g}; expected a finite number of at least 1, such as 1.2." in refused(
        lambda: facility_power(1.0, value)
    )


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), "1", None])
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("flops", lambda value: chip_power(A100, 2, value, 1.0)),
        ("moved", lambda value: chip_power(A100, 2, 1.0, value)),
        ("sent", lambda value: chip_power(A100, 2, 1.0, 1.0, value)),
        ("drawn", lambda value: node_power(A100, value)),
        ("it_power", lambda value: facility_power(value, 1.9)),
        ("pue", lambda value: facility_power(1.0, value)),
        ("power", lambda value: token_energy(value, 1.0)),
        ("tokens", lambda value: token_energy(1.0, value)),
        ("power", lambda value: power_price(value, 50.0)),
        ("price", lambda value: million_tokens(value, 1.0, 1.0)),
        ("chips", lambda value: million_tokens(1.0, value, 1.0)),
        ("tokens", lambda value: million_tokens(1.0, 1.0, value)),
        ("used", lambda value: million_tokens(1.0, 1.0, 1.0, used=value)),
        ("checkpoint", lambda value: goodput(1.0, 1.0, value, 1.0)),
        ("restart", lambda value: goodput(1.0, 1.0, 1.0, value)),
    ],
)
def test_power_time_and_money_that_cannot_be_are_refused(
    name: str, make: Callable[[object], object], value: object
) -> None:
    message = refused(lambda: make(value))
    assert re.match(rf"(power: )?{name}\b.*: .+; expected a (finite )?number ", message)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "50"])
def test_a_price_of_electricity_may_be_negative_but_not_endless(value: object) -> None:
    assert power_price(1000.0, -20.0) == -0.02
    assert refused(lambda: power_price(1.0, value)).startswith("price: ")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda: failure_interval([1.0, 2.0], [1, 2, 3]),
        lambda: best_interval([1.0, 2.0], [1.0, 2.0, 3.0]),
        lambda: goodput([1.0, 2.0], 1.0, [1.0, 2.0, 3.0], 1.0),
        lambda: million_tokens([1.0, 2.0], [1.0, 2.0, 3.0], 1.0),
        lambda: power_price([1.0, 2.0], [1.0, 2.0, 3.0]),
        lambda: facility_power([1.0, 2.0], [1.1, 1.2, 1.3]),
        lambda: token_energy([1.0, 2.0], [1.1, 1.2, 1.3]),
        lambda: node_power(A100, [1.0, 2.0], host=[1.1, 1.2, 1.3]),
        lambda: chip_power(A100, 2, [1.0, 2.0], [1.1, 1.2, 1.3]),
    ],
)
def test_figures_that_do_not_line_up_are_refused(make: Callable[[], object]) -> None:
    assert re.search(r"2 values, and \w+ has 3; expected one for all configurations, or 3\.", refused(make))


@given(st.floats(1e-3, 1e9), st.floats(1e-3, 1e9), st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_run_keeps_a_share_of_its_time_however_often_it_fails(
    mean: float, interval: float, checkpoint: float, restart: float
) -> None:
    assert 0 <= goodput(mean, interval, checkpoint, restart) <= 1 + 1e-12


# config.json

LLAMA: Mapping[str, object] = {
    "model_type": "llama",
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_attention_heads": 64,
    "num_hidden_layers": 80,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
}
DEEPSEEK: Mapping[str, object] = {
    "model_type": "deepseek_v3",
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "kv_lora_rank": 512,
    "n_routed_experts": 256,
    "num_experts_per_tok": 8,
    "moe_intermediate_size": 2048,
    "num_attention_heads": 128,
    "num_hidden_layers": 61,
    "q_lora_rank": 1536,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "vocab_size": 129280,
}
OSS: Mapping[str, object] = {
    "model_type": "gpt_oss",
    "head_dim": 64,
    "hidden_size": 2880,
    "intermediate_size": 2880,
    "layer_types": ["sliding_attention", "full_attention"] * 18,
    "num_attention_heads": 64,
    "num_experts_per_tok": 4,
    "num_hidden_layers": 36,
    "num_key_value_heads": 8,
    "num_local_experts": 128,
    "sliding_window": 128,
    "vocab_size": 201088,
}
NEEDED = {
    "llama": ("hidden_size", "intermediate_size", "num_attention_heads", "num_hidden_layers", "vocab_size"),
    "deepseek_v3": (
        "hidden_size",
        "intermediate_size",
        "kv_lora_rank",
        "num_attention_heads",
        "num_experts_per_tok",
        "num_hidden_layers",
        "qk_nope_head_dim",
        "qk_rope_head_dim",
        "v_head_dim",
        "vocab_size",
    ),
    "gpt_oss": (
        "hidden_size",
        "intermediate_size",
        "num_attention_heads",
        "num_experts_per_tok",
        "num_hidden_layers",
        "vocab_size",
    ),
}
CONFIGS = {str(config["model_type"]): config for config in (LLAMA, DEEPSEEK, OSS)}
PLACES = [(family, name) for family, config in CONFIGS.items() for name in config if name != "model_type"]


def described(folder: Path, text: str) -> Path:
    file = folder / "config.json"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(("family", "name"), [(family, name) for family, names in NEEDED.items() for name in names])
@pytest.mark.parametrize("gone", ["missing", "null"])
def test_a_config_without_a_size_it_needs_is_refused_with_the_field(
    family: str, name: str, gone: str, tmp_path: Path
) -> None:
    config = dict(CONFIGS[family])
    if gone == "null":
        config[name] = None
    else:
        del config[name]
    file = described(tmp_path, json.dumps(config))
    message = refused(lambda: read_model(file))
    # Experts may be as wide as the ordinary part, so either name is asked for.
    asked = ("moe_intermediate_size", name) if name == "intermediate_size" else (name,)
    assert any(message.startswith(f"{file}: {field}: missing. Add `{field}`, such as ") for field in asked)


@pytest.mark.parametrize(("family", "name"), PLACES)
@pytest.mark.parametrize(
    "value", ['"wide"', "-1", "1.5", "true", "NaN", "Infinity", "-Infinity", "1e999", "{}", "[1, 2]"]
)
def test_a_config_with_a_size_that_is_no_whole_number_is_refused_with_its_line(
    family: str, name: str, value: str, tmp_path: Path
) -> None:
    lines = [f'  "{key}": {value if key == name else json.dumps(given)}' for key, given in CONFIGS[family].items()]
    file = described(tmp_path, "{\n" + ",\n".join(lines) + "\n}\n")
    place = list(CONFIGS[family]).index(name) + 2
    message = refused(lambda: read_model(file))
    assert message.startswith(f"{file}:{place}:3: {name}: ")
    assert "expected" in message


# A head may have no part that carries its position, but no other size may be zero.
@pytest.mark.parametrize(
    ("family", "name"),
    [(family, name) for family, names in NEEDED.items() for name in names if name != "qk_rope_head_dim"],
)
def test_a_config_with_a_size_of_zero_is_refused_with_its_file(family: str, name: str, tmp_path: Path) -> None:
    file = described(tmp_path, json.dumps(dict(CONFIGS[family], **{name: 0})))
    assert refused(lambda: read_model(file)).startswith(str(file))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_a_config_holds_it_is_read_or_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    values = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-10, 10**6),
        st.floats(),
        st.text(max_size=5),
        st.lists(st.integers(), max_size=3),
    )
    config = dict(data.draw(st.sampled_from(list(CONFIGS.values()))))
    for name in data.draw(
        st.lists(st.sampled_from([*config, "head_dim", "first_k_dense_replace", "sliding_window"]), max_size=3)
    ):
        config[name] = data.draw(values)
    file = described(tmp_path_factory.mktemp("models"), json.dumps(config))
    try:
        model = read_model(file)
    except InputError as error:
        assert str(error).startswith(str(file))
    else:
        assert np.all(np.isfinite(shapes([model]).parameters))
        assert np.all(shapes([model]).parameters > 0)
