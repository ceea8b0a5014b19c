"""Runs in serving: a model on the chips of a system under a load, in a deployment given or found.

Load        what users ask, and how fast they want it
Served      the run
serve_on    the run in a deployment, or in the best of a small grid
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gigawatt.errors import InputError, ModelError
from gigawatt.perf.candidates import deployment_candidates, one_deployment, taken
from gigawatt.perf.capacity import require_fit
from gigawatt.perf.deployment import Deployment, Formats, Passing
from gigawatt.perf.explain import Sensitivity, hastened, sensitivities
from gigawatt.perf.formats import Floats
from gigawatt.perf.hardware import Hardware, hardware
from gigawatt.perf.inference import StepTime, step_time
from gigawatt.perf.kernels import CALIBRATED
from gigawatt.perf.model import Transformer
from gigawatt.perf.power import served_power
from gigawatt.perf.roofline import Roofline, step_roofline
from gigawatt.perf.serving import Requests, Service, serve
from gigawatt.perf.shape import shapes
from gigawatt.perf.slo import latency_bound
from gigawatt.perf.software import RECORDED
from gigawatt.perf.system import System


@dataclass(frozen=True, slots=True)
class Load:
    """What users ask of all chips together, and how fast they want it.

    Arguments:
        isl, osl: tokens of a prompt, and of an answer.
        users: requests in work or waiting at any time; None for as many as the targets allow.
        ttft, tpot: targets, s; None where there is none.
        cached, guesses, accepted: as for `Requests`.
    """

    isl: float
    osl: float
    users: float | None = None
    ttft: float | None = None
    tpot: float | None = None
    cached: float = 0.0
    guesses: float = 0.0
    accepted: float = 0.0

    def __post_init__(self) -> None:
        for name in ("isl", "osl", "users", "ttft", "tpot"):
            value = getattr(self, name)
            least = 1.0 if name in ("isl", "osl", "users") else 0.0
            if value is not None and not (least <= value < np.inf and value > 0):
                expected = "at least 1" if least else "more than 0 s"
                raise InputError(f"{name}: {value:g}; expected {expected}, and finite.")
        self.requests(1.0)

    def requests(self, users: float | Floats) -> Requests:
        """What is asked of one replica by so many users."""
        return Requests(
            self.isl,
            self.osl,
            users,
            cached=self.cached,
            guesses=self.guesses,
            accepted=self.accepted,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A model in service; arrays have one configuration.

    Arguments:
        model, system, number: what is served on what, in which formats.
        chips: all chips that are paid for; some may be left over by the replicas.
        load: what users ask.
        cut: the deployment of one replica.
        replicas: how many there are.
        users: requests at once of one replica.
        service: what those get.
        watts: power of the nodes, before the facility's own.
        tried, fitting: deployments looked at, and those of them that hold the model and meet the targets.
    """

    model: Transformer
    system: System
    number: Formats
    chips: int
    load: Load
    cut: Deployment
    replicas: int
    users: float
    service: Service
    watts: float
    tried: int
    fitting: int

    @property
    def rate(self) -> float:
        """Tokens of answers a second on all chips."""
        return self.replicas * float(self.service.tokens[0])

    def on(self, chips: int) -> Served:
        """The same replicas, as many as so many chips hold; what is left over is idle."""
        one = float(self.cut.chips[0])
        idle = float(hardware([self.system]).idle[0])
        busy = (self.watts - (self.chips - self.replicas * one) * idle) / self.replicas
        many = int(chips // one)
        return replace(self, chips=chips, replicas=many, watts=many * busy + (chips - many * one) * idle)

    def prompt(self) -> Passing:
        """A prompt that is read alone."""
        prefix = self.load.isl * self.load.cached
        return Passing(prompts=1.0, tokens=self.load.isl - prefix, prefix=prefix)

    def batch(self) -> Passing:
        """The sequences that decode together, half-way through their answers."""
        width = self.load.guesses + 1
        return Passing(decoding=float(self.service.decoding[0]), context=self.load.isl + self.load.osl / 2, width=width)

    def step(self, passing: Passing) -> StepTime:
        """Where the time of a step goes."""
        steady = bool(np.any(np.asarray(passing.decoding) > 0))
        hard = hardware([self.system])
        return step_time(shapes([self.model]), hard, self.cut, self.number, passing, steady=steady)

    def roofline(self, passing: Passing) -> Roofline:
        """The kernels of a step."""
        return step_roofline(shapes([self.model]), hardware([self.system]), self.cut, self.number, passing)

    def with_more_memory(self, more: float) -> float:
        """Tokens a second over those of now, with more memory a chip, and the deployment and the users it then allows.

        Arguments:
            more: factor by which the memory grows.
        """
        larger = replace(self.system, chip=replace(self.system.chip, hbm_capacity=more * self.system.chip.hbm_capacity))
        cut = self.cut if self.tried == 1 else None
        return serve_on(self.model, larger, self.number, self.chips, self.load, cut).rate / self.rate

    def sensitivities(self) -> tuple[Sensitivity, ...]:
        """What each resource is worth at this load, by tokens a second."""
        shape, asked = shapes([self.model]), self.load.requests(self.users)

        def rate(chips: Hardware, quicker: float) -> Floats:
            engine, kernels = hastened(RECORDED, quicker), hastened(CALIBRATED, quicker)
            return serve(shape, chips, self.cut, self.number, asked, engine=engine, kernels=kernels).tokens

        return sensitivities(rate, hardware([self.system]))


def serve_on(
    model: Transformer, system: System, number: Formats, chips: int, load: Load, cut: Deployment | None = None
) -> Served:
    """A model in service on some chips.

    Arguments:
        model, system, number: what is served on what.
        chips: all chips; they hold as many replicas as fit.
        load: what users ask.
        cut: the deployment of a replica; by default the one of `deployment_candidates` with the most tokens a second.

    Raises:
        InputError: the model does not fit, or the targets are out of reach; with what would do.
    """
    shape, hard = shapes([model]), hardware([system])
    grid = deployment_candidates(model, system, chips) if cut is None else one_deployment(cut, model, chips)
    held = serve(shape, hard, grid, number, load.requests(1.0))
    if not np.any(np.isfinite(held.tokens)):
        raise InputError(_nowhere(model, system, number, chips, load, grid, cut is not None))
    replicas = np.floor(chips / grid.chips)
    if load.users is None:
        first, after = load.ttft or np.inf, load.tpot or np.inf
        asked = load.requests(1.0)
        level = latency_bound(shape, hard, grid, number, load.isl, load.osl, ttft=first, tpot=after, asked=asked)
        users = level.concurrency
    else:
        replicas = np.minimum(replicas, load.users)
        users = np.maximum(load.users / replicas, 1.0)
    found = serve(shape, hard, grid, number, load.requests(np.maximum(users, 1.0)))
    fine = np.isfinite(found.tokens) & (users >= 1) & _meets(found, load)
    if not np.any(fine):
        raise InputError(_slow(model, system, load, held, found))
    best = int(np.argmax(np.where(fine, found.tokens * replicas, -np.inf)))
    one = taken(grid, [best])
    many = float(np.atleast_1d(users)[best])
    service = serve(shape, hard, one, number, load.requests(many))
    working = float(replicas[best] * one.chips[0])
    drawn = served_power(hard, one, number, service).replica * replicas[best]
    watts = float((drawn + (chips - working) * hard.idle)[0])
    counts = int(grid.tp.size), int(np.sum(fine))
    return Served(model, system, number, chips, load, one, int(replicas[best]), many, service, watts, *counts)


def deployment_words(cut: Deployment) -> str:
    """The first deployment as people write it: `tp=8,pp=2`."""
    given = {name: float(np.ravel(getattr(cut, name))[0]) for name in ("tp", "pp", "ep", "attention_dp")}
    return ",".join(f"{name}={value:g}" for name, value in given.items() if name == "tp" or value != 1)


def _meets(found: Service, load: Load) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    # Comparisons with nan are false: what does not fit meets nothing.
    first = found.ttft <= (np.inf if load.ttft is None else load.ttft)
    return np.asarray(first & (found.tpot <= (np.inf if load.tpot is None else load.tpot)))


def _nowhere(
    model: Transformer,
    system: System,
    number: Formats,
    chips: int,
    load: Load,
    grid: Deployment,
    given: bool,
) -> str:
    shape, hard, length = shapes([model]), hardware([system]), load.isl + load.osl
    largest = int(np.argmax(grid.chips))
    one = taken(grid, [largest])
    try:
        require_fit(shape, hard, one, number, length, 1.0)
        said = ""
    except ModelError as error:
        said = str(error).partition(": ")[2].partition(" Nearest")[0]
    what = f"layout `{deployment_words(one)}`" if given else f"chips: {chips:,} {system.name} in any deployment"
    near = ""
    for many in (chips * 2**power for power in range(0 if given else 1, 12)):
        wider = deployment_candidates(model, system, many)
        fine = np.isfinite(serve(shape, hard, wider, number, load.requests(1.0)).tokens)
        if np.any(fine):
            at = int(np.argmin(np.where(fine, wider.chips, np.inf)))
            fits = taken(wider, [at])
            near = f" Nearest that fits: {fits.chips[0]:g} chips as `{deployment_words(fits)}`."
            break
    return f"{what}: {model.name} does not fit: {said}{near or ' A narrower format or more memory is needed.'}"


def _slow(model: Transformer, system: System, load: Load, alone: Service, found: Service) -> str:
    wanted = [
        f"{name} {1e3 * float(value):,.4g} ms"
        for name, value in (("ttft", load.ttft), ("tpot", load.tpot))
        if value is not None
    ]
    shown = alone if load.users is None else found
    first, after = (1e3 * float(np.nanmin(part)) for part in (shown.ttft, shown.tpot))
    who = "a single user gets" if load.users is None else f"{load.users:,.0f} users get"
    return (
        f"{' and '.join(wanted)}: out of reach of {model.name} on {system.name}: {who} the first token after "
        f"{first:,.4g} ms and the next ones after {after:,.4g} ms at best. Expected targets above that, or more chips."
    )
