"""Names people write: which entry they mean, and when they are refused."""

from __future__ import annotations

import pytest

from gigawatt.errors import InputError
from gigawatt.perf.library import built_in_models, built_in_systems, find_model, find_system
from gigawatt.perf.names import Entry, resolve

SYSTEMS = {
    "NVIDIA H100-SXM5-80GB": "H100-SXM-80GB",
    "H100": "H100-SXM-80GB",
    "h100 80gb hbm3": "H100-SXM-80GB",
    "H100 PCIe": "H100-PCIe-80GB",
    "NVIDIA H100 NVL": "H100-NVL-94GB",
    "8x H200": "H200-SXM-141GB",
    "AMD Instinct MI355X 288GB HBM3e": "MI355X",
    "MI300X 192GB": "MI300X",
    "NVIDIA Blackwell GPU (B200-SXM-180GB)": "B200-SXM-180GB",
    "B200 192GB": "B200-SXM-180GB",
    "NVIDIA GB200": "GB200-NVL72",
    "GB200 NVL4": "GB200-NVL4",
    "8xA100 40GB": "A100-SXM-40GB",
    "A100 PCIe 80GB": "A100-PCIe-80GB",
    "TPU-trillium": "TPU-v6e",
    "TPU v4": "TPU-v4",
    "trn2": "Trainium2",
    "Gaudi 3": "Gaudi3",
    "GH200 144GB": "GH200-144GB",
    "NVIDIA L40S 48GB": "L40S",
    "NVIDIA H200-SXM-141GB-CTS": "H200-SXM-141GB",
    "Virtualized NVIDIA H200-SXM-141GB": "H200-SXM-141GB",
    "NVIDIA GH200 Grace Hopper Superchip 96GB": "GH200-96GB",
    "NVIDIA RTX PRO 6000 Blackwell Server Edition": "RTX-PRO-6000-BSE",
    "NVIDIA Vera Rubin": "VR200-NVL72",
}

MODELS = {
    "meta-llama/Llama-3.1-70B-Instruct": "Llama3.1-70B",
    "llama3.1-405b": "Llama3.1-405B",
    "deepseek-ai/DeepSeek-R1": "DeepSeek-R1",
    "Qwen/Qwen3-235B-A22B": "Qwen3-235B-A22B",
    "GPT-3 175B": "GPT3-175B",
    "mistralai/Mixtral-8x7B-Instruct-v0.1": "Mixtral-8x7B",
    "openai/gpt-oss-120b": "gpt-oss-120b",
    "Llama 2 70B": "Llama2-70B",
}


@pytest.mark.parametrize(("written", "meant"), SYSTEMS.items())
def test_a_system_is_found_by_what_people_write(written: str, meant: str) -> None:
    assert find_system(written).name == meant


@pytest.mark.parametrize(("written", "meant"), MODELS.items())
def test_a_model_is_found_by_what_people_write(written: str, meant: str) -> None:
    assert find_model(written).name == meant


def test_every_entry_is_found_by_its_id_and_its_title() -> None:
    for named, thing in built_in_systems().items():
        assert find_system(named) is find_system(thing.name) is thing
    for named, model in built_in_models().items():
        assert find_model(named) is find_model(model.name) is model


@pytest.mark.parametrize(
    ("find", "written", "said"),
    [
        (find_system, "A100", "system `A100` is one of A100-SXM-40GB, A100-SXM-80GB; expected a name that says which"),
        (find_model, "Llama2", "is one of Llama2-13B, Llama2-70B, Llama2-7B"),
        (find_system, "NVIDIA H100 20GB", "no such memory. There are: "),
        (find_system, "H1OO-SXM-80GB", "Did you mean `H100-SXM-80GB`?"),
        (find_model, "Llama3-70C", "Did you mean `Llama3-70B`?"),
        (find_system, "NVIDIA", "no system `NVIDIA`."),
        (find_system, "MI300", "system `MI300` is one of MI300A, MI300X; expected a name that says which"),
        (find_system, "Ironwoo", "no system `Ironwoo`."),
        (find_model, "", "model: an empty text; expected the name of a model, such as `"),
        (find_model, None, "model: `None`; expected the name of a model, such as `"),
        (find_system, 100, "system: `100`; expected the name of a system, such as `"),
        (find_system, "  ", "system: an empty text; expected the name of a system"),
        (find_system, float("nan"), "system: `nan`; expected the name of a system"),
        (find_system, b"H100", "system: `b'H100'`; expected the name of a system"),
    ],
)
def test_a_name_that_leaves_it_open_is_refused_with_what_there_is(find: object, written: object, said: str) -> None:
    with pytest.raises(InputError) as caught:
        find(written)  # type: ignore[operator]
    assert said in str(caught.value)


def test_memory_tells_entries_of_one_name_apart_within_what_is_sold_of_it() -> None:
    entries = {size: Entry(f"x-{size}", f"X {size}GB", memory=float(size) * 1e9) for size in ("40", "80")}
    assert resolve("nvidia x 80GB", entries, "system") == "x-80"
    assert resolve("x 42GB", entries, "system") == "x-40"
    with pytest.raises(InputError, match="X 40GB with 40 GB, X 80GB with 80 GB"):
        resolve("x 60GB", entries, "system")


def test_the_form_that_is_not_said_is_that_of_the_largest_domain() -> None:
    entries = {form: Entry(f"y-{form}", f"Y-{form}", domain=many) for form, many in (("pcie", 2.0), ("sxm", 8.0))}
    assert resolve("y", entries, "system") == "y-sxm"
    assert resolve("y pcie", entries, "system") == "y-pcie"
