"""Small grids of layouts and deployments."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.perf.candidates import deployment_candidates, tensor_degrees, training_candidates
from gigawatt.perf.fault import layout_faults
from gigawatt.perf.layout import workloads
from gigawatt.perf.library import find_model, find_system
from gigawatt.perf.shape import shapes

H100 = find_system("H100-SXM-80GB")
NAMES = ("Llama3-8B", "Llama3-70B", "Mixtral-8x7B", "DeepSeek-V3")


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(NAMES), nodes=st.integers(1, 64), batch=st.sampled_from([64, 96, 1024]), spare=st.booleans()
)
def test_no_candidate_breaks_a_rule_or_takes_more_chips_than_there_are(
    name: str, nodes: int, batch: int, spare: bool
) -> None:
    model, work = find_model(name), workloads(batch, 4096)
    found = training_candidates(model, H100, 8 * nodes, work, spare=spare)
    if found.tp.size:
        assert not np.any(layout_faults(shapes([model]), found, work))
        assert np.all(found.chips <= 8 * nodes)
        assert spare or np.all(found.chips == 8 * nodes)


def test_what_does_not_divide_leaves_chips_idle_where_that_is_allowed() -> None:
    model, work = find_model("Llama3-8B"), workloads(64, 4096)
    assert training_candidates(model, H100, 7 * 11, work).tp.size == 0
    assert np.max(training_candidates(model, H100, 7 * 11, work, spare=True).chips) >= 64


@given(name=st.sampled_from(NAMES), chips=st.integers(1, 300))
def test_deployments_fit_the_chips_and_divide_the_model(name: str, chips: int) -> None:
    model = find_model(name)
    found = deployment_candidates(model, H100, chips)
    assert np.all(found.chips <= chips)
    assert np.any(found.chips == 1)
    assert np.all(np.mod(model.heads, found.tp) == 0)
    assert np.all(np.mod(found.group, found.ep) == 0)
    if model.experts is None:
        assert np.all(found.ep == 1)


def test_layers_are_cut_inside_one_domain() -> None:
    assert tensor_degrees(find_model("Llama3-70B"), H100) == [1, 2, 4, 8]
    assert max(tensor_degrees(find_model("Llama3-70B"), find_system("GB200-NVL72"))) == 64
