"""What the verbs on performance are given: their options, and how models, systems, layouts and prices are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gigawatt.perf.deployment import Deployment, Formats
    from gigawatt.perf.layout import Layout
    from gigawatt.perf.model import Transformer
    from gigawatt.perf.system import System

Made = TypeVar("Made")

LARGEST = 10_000_000
"""Most chips, and most sequences of a batch."""

FIRST, LAST = 2018, 2036
"""Years between which a date of software may lie."""

LONGEST = 100_000_000
"""Most tokens of a sequence."""

ModelOption: TypeAlias = Annotated[
    str,
    typer.Option("--model", metavar="NAME|FILE", help="A model of the library, a config.json, or a YAML file."),
]
SystemOption: TypeAlias = Annotated[
    str, typer.Option("--system", metavar="NAME|FILE", help="A system of the library, or a YAML file.")
]
Chips: TypeAlias = Annotated[int, typer.Option(min=1, max=LARGEST, help="How many chips.")]
LayoutOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--layout", metavar="WORDS", help="Such as `tp=8,pp=4`; the best is found if not given."),
]
FormatOption: TypeAlias = Annotated[
    str | None, typer.Option("--format", metavar="NAME", help="Number format: bf16, fp8, fp4 ...")
]
Pue: TypeAlias = Annotated[
    float | None, typer.Option("--pue", help="Power at the meter over that of the nodes; median claim if not given.")
]
Price: TypeAlias = Annotated[
    str | None,
    typer.Option("--price", metavar="AMOUNT", help="Such as `2.5 USD/hour` a chip; newest claim if not given."),
]
Explain: TypeAlias = Annotated[
    bool, typer.Option("--explain", help="Show where the time goes, what binds, and what would help.")
]
Out: TypeAlias = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write everything up as one page that needs no network.")
]
Prompt: TypeAlias = Annotated[int, typer.Option("--isl", min=1, max=LONGEST, help="Tokens of a prompt.")]
Answer: TypeAlias = Annotated[int, typer.Option("--osl", min=1, max=LONGEST, help="Tokens of an answer.")]


def model_of(text: str) -> Transformer:
    """The model a text names: of the library, a `config.json` on disk or its folder, or a YAML file.

    Raises:
        InputError: there is none, or the file is wrong.
    """
    from gigawatt.perf.config_json import read_model
    from gigawatt.perf.library import find_model
    from gigawatt.perf.user_model import model_from

    path = Path(text)
    if path.suffix.lower() in (".yaml", ".yml"):
        return _from_yaml(path, model_from)
    if path.suffix.lower() == ".json" or (path.is_dir() and (path / "config.json").is_file()):
        return read_model(path)
    return find_model(text)


def system_of(text: str) -> System:
    """The system a text names: of the library, or a YAML file with a spec sheet.

    Raises:
        InputError: there is none, or the file is wrong.
    """
    from gigawatt.perf.library import find_system
    from gigawatt.perf.user_system import system_from

    path = Path(text)
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        return _from_yaml(path, system_from)
    return find_system(text)


def _from_yaml(path: Path, build: Callable[[Mapping[str, object], str], Made]) -> Made:
    from gigawatt.errors import ScenarioError
    from gigawatt.perf.sheet import SheetError
    from gigawatt.scenario.text import read

    document = read(path)
    try:
        return build(dict(document.data), path.stem)
    except SheetError as error:
        problems = [document.problem(fault.place, fault.message, fault.key) for fault in error.faults]
        raise ScenarioError(problems) from None


def pairs_of(text: str, known: tuple[str, ...]) -> dict[str, str]:
    """The words `name=value` of an option, each name once and known.

    Raises:
        InputError: one is not.
    """
    from gigawatt.errors import InputError, did_you_mean

    found: dict[str, str] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, sign, value = (part.strip() for part in word.partition("="))
        if not sign or not value:
            raise InputError(f"--layout: `{word}`; expected a name and a value, such as `tp=8`.")
        if name not in known:
            raise InputError(f"--layout: no `{name}`. {did_you_mean(name, known)}")
        if name in found:
            raise InputError(f"--layout: `{name}` is given twice; keep one.")
        found[name] = value
    return found


def layout_of(text: str, chips: int) -> Layout:
    """A training layout; `dp` is what the chips leave over where it is not given.

    Raises:
        InputError: a word is wrong, or the degrees are not all chips.
    """
    from gigawatt.errors import InputError
    from gigawatt.perf.layout import layouts

    numbers = ("tp", "pp", "dp", "cp", "ep", "expert_tp", "shards", "zero", "interleave", "micro_batch")
    given = pairs_of(text, (*numbers, "recompute", "schedule", "sequence_parallel"))
    values = {name: _whole(name, value) for name, value in given.items() if name not in ("recompute", "schedule")}
    used = values.get("tp", 1) * values.get("pp", 1) * values.get("cp", 1)
    if "dp" not in values:
        if chips % max(used, 1):
            near = max(many for many in range(1, min(used, chips) + 1) if chips % many == 0)
            raise InputError(
                f"--layout: tp x pp x cp = {used} does not divide {chips:,} chips. Nearest that does: {near}."
            )
        values["dp"] = chips // max(used, 1)
    if used * values["dp"] != chips:
        raise InputError(
            f"--layout: tp x pp x dp x cp = {used * values['dp']:,}; expected all {chips:,} chips. "
            f"Leave out `dp` to use what is left, or give --chips {used * values['dp']}."
        )
    expert_tp, shards = values.pop("expert_tp", None), values.pop("shards", None)
    parallel = bool(values.pop("sequence_parallel", 1))
    again, order = given.get("recompute", "none"), given.get("schedule", "1f1b")
    plain = {name: values.get(name, 1) for name in ("tp", "pp", "dp", "cp", "ep", "zero", "interleave", "micro_batch")}
    return layouts(
        **plain, expert_tp=expert_tp, shards=shards, recompute=again, schedule=order, sequence_parallel=parallel
    )


def deployment_of(text: str) -> Deployment:
    """A deployment of a replica.

    Raises:
        InputError: a word is wrong.
    """
    from gigawatt.perf.deployment import deployments

    names = ("tp", "pp", "ep", "attention_dp")
    values = {name: _whole(name, value) for name, value in pairs_of(text, names).items()}
    return deployments(*([float(values.get(name, 1))] for name in names))


def _whole(name: str, text: str) -> int:
    from gigawatt.errors import InputError

    least = 0 if name in ("zero", "sequence_parallel") else 1
    # Degrees beyond the largest number of chips would only overflow.
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= LARGEST:
        raise InputError(f"--layout: {name}: `{text}`; expected a whole number, {least} to {LARGEST:,}.")
    return int(text)


def format_of(given: str | None, system: System, wanted: str = "bf16") -> tuple[str, str]:
    """A number format the chip has a rate for, and what to say of the choice.

    Arguments:
        given: what the user wrote; None for the default.
        system: the system.
        wanted: the default, where the chip has it; bf16 otherwise.

    Raises:
        InputError: there is no such format, or the chip has no rate for it.
    """
    from gigawatt.errors import InputError
    from gigawatt.perf.formats import FORMATS, RATES, format_code

    known = {"fp32": "tf32", "fp8_block": "fp8"}
    have = [name for name in RATES if name in system.chip.flops]
    if given is None:
        name = wanted if wanted in have else "bf16"
        return name, f"{name} products (default)"
    name = FORMATS[format_code(given)]
    rate = known.get(name, name)
    # A chip without a bf16 rate of its own still does bf16, at a rate that follows from the others.
    if rate not in have and rate not in ("bf16", "tf32"):
        # Integers need another recipe, so that they are near to nothing else.
        wider = [each for each in have if each != "int8" and RATES.index(each) < RATES.index(rate)]
        near = wider[-1] if wider else "bf16"
        raise InputError(
            f"--format: {system.name} has no {rate} rate on its spec sheet, it has {', '.join(have)}. "
            f"Nearest: `--format {near}`."
        )
    return name, f"{name} products"


def serving_formats(given: str | None, kv: str | None, system: System) -> tuple[Formats, str]:
    """Formats of weights, products and cache, and what to say of the choice.

    Raises:
        InputError: as for `format_of`.
    """
    from gigawatt.perf.deployment import formats
    from gigawatt.perf.formats import FORMATS, format_code

    name, said = format_of(given, system, "fp8")
    cache = FORMATS[format_code(kv)] if kv else "bf16"
    return formats(name, kv=cache), f"{said.replace('products', 'weights and products')}, {cache} cache"


def seconds_of(text: str | None, name: str) -> float | None:
    """A time such as `50 ms` in seconds; None where none is given.

    Raises:
        InputError: it is no time.
    """
    from gigawatt.errors import InputError
    from gigawatt.perf.sheet import amount

    if text is None:
        return None
    try:
        return amount(text, "s", "50 ms")
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def year_of(text: str) -> float:
    """A date of software as fractional years.

    Raises:
        InputError: it is no date, or one at which nobody trained such models.
    """
    from gigawatt.dates import period
    from gigawatt.errors import InputError

    first = period(text).first
    if not FIRST <= first / 12 < LAST:
        raise InputError(f"--date: `{text}`; expected a date of software from {FIRST} to {LAST - 1}, such as 2026.")
    return first / 12
