"""Single steps of inference: prompts read or tokens written by one replica, in a deployment given or the fastest.

Stepped    the step
step_on    the step in a deployment, or in the fastest of a small grid
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.candidates import deployment_candidates, one_deployment, taken
from gigawatt.perf.capacity import capacity, require_fit
from gigawatt.perf.deployment import Deployment, Formats, Passing
from gigawatt.perf.explain import Sensitivity, hastened, sensitivities
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.inference import StepTime, step_time
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.model import Transformer
from gigawatt.perf.power import chip_power, node_power
from gigawatt.perf.roofline import Roofline, step_roofline
from gigawatt.perf.served import deployment_words
from gigawatt.perf.shape import shapes
from gigawatt.perf.software import RECORDED
from gigawatt.perf.system import System


@dataclass(frozen=True, slots=True, eq=False)
class Stepped:
    """A step of inference; arrays have one configuration.

    Arguments:
        model, system, number: what runs on what, in which formats.
        chips: chips at hand; the deployment may take fewer.
        passing: what passes.
        cut: the deployment.
        step: where the time goes.
        fitting: deployments that hold it all.
    """

    model: Transformer
    system: System
    number: Formats
    chips: int
    passing: Passing
    cut: Deployment
    step: StepTime
    fitting: int

    @property
    def seconds(self) -> float:
        """How long the step takes."""
        return float(self.step.total[0])

    @property
    def tokens(self) -> float:
        """New tokens that pass: read, or written."""
        each = self.passing
        return float(np.asarray(each.decoding) * np.asarray(each.width) + np.asarray(each.prompts) * each.tokens)

    @property
    def watts(self) -> float:
        """Power of the node while it goes on like this, W a chip."""
        hard, step = hardware([self.system]), self.step
        rates = (part / step.total for part in (step.flops, step.moved, step.sent))
        return float((node_power(hard, chip_power(hard, self.number.product, *rates)) / hard.node)[0])

    @property
    def roofline(self) -> Roofline:
        """The kernels of the step."""
        return step_roofline(shapes([self.model]), hardware([self.system]), self.cut, self.number, self.passing)

    def sensitivities(self) -> tuple[Sensitivity, ...]:
        """What each resource is worth, by tokens a second."""
        shape, steady = shapes([self.model]), _steady(self.passing)

        def rate(chips: Hardware, quicker: float) -> Floats:
            engine, kernels = hastened(RECORDED, quicker), hastened(CALIBRATED, quicker)
            step = step_time(
                shape, chips, self.cut, self.number, self.passing, steady=steady, engine=engine, kernels=kernels
            )
            return self.tokens / step.total

        return sensitivities(rate, hardware([self.system]))


def step_on(
    model: Transformer, system: System, number: Formats, chips: int, passing: Passing, cut: Deployment | None = None
) -> Stepped:
    """A step of inference on at most some chips.

    Arguments:
        model, system, number: what runs on what.
        chips: most chips of the replica.
        passing: what passes.
        cut: the deployment; by default the fastest of `deployment_candidates` that holds it all.

    Raises:
        InputError: it does not fit; with what would.
    """
    shape, hard = shapes([model]), hardware([system])
    grid = deployment_candidates(model, system, chips) if cut is None else one_deployment(cut, model, chips)
    sequences = float(np.asarray(passing.decoding) + np.asarray(passing.prompts))
    length = max(float(np.asarray(passing.context) + np.asarray(passing.width)), 1.0)
    if not _steady(passing):
        length = float(np.asarray(passing.tokens) + np.asarray(passing.prefix))
    rows = np.minimum(np.maximum(sequences * np.asarray(passing.tokens), 2048.0), 8192.0)
    room = capacity(shape, hard, grid, number, length, workspace_tokens=rows).sequences
    fine = np.flatnonzero(np.atleast_1d(room >= sequences))
    if not fine.size:
        raise InputError(_nowhere(model, system, number, chips, grid, length, sequences, cut is not None))
    held = taken(grid, fine)
    done = step_time(shape, hard, held, number, passing, steady=_steady(passing))
    best = int(np.argmin(np.atleast_1d(done.total)))
    one = taken(held, [best])
    step = step_time(shape, hard, one, number, passing, steady=_steady(passing))
    single = StepTime(*(np.atleast_1d(getattr(step, name)) for name in StepTime.__slots__))
    return Stepped(model, system, number, chips, passing, one, single, int(fine.size))


def _steady(passing: Passing) -> bool:
    return bool(np.any(np.asarray(passing.decoding) > 0))


def _nowhere(
    model: Transformer,
    system: System,
    number: Formats,
    chips: int,
    grid: Deployment,
    length: float,
    sequences: float,
    given: bool,
) -> str:
    shape, hard = shapes([model]), hardware([system])
    at = int(np.argmax(grid.chips))
    largest = taken(grid, [at])
    what = f"layout `{deployment_words(largest)}`" if given else f"chips: {chips:,} {system.name} in any deployment"
    try:
        require_fit(shape, hard, largest, number, length, sequences)
    except ModelError as error:
        return f"{what}: {model.name} does not fit: {str(error).partition(': ')[2]}"
    return f"{what}: {model.name} does not fit."
