"""The verbs on performance: `perf train`, `serve`, `prefill`, `decode`, `compare`, `per-gw`, `models` and `systems`."""

from __future__ import annotations

import typer

from gigawatt.cli import perf_compare, perf_lists, perf_per_gw, perf_serve, perf_step, perf_train

app = typer.Typer(
    help="Predict training and serving: time, memory, power, cost.", no_args_is_help=True, rich_markup_mode=None
)
for verb in (
    perf_train.train,
    perf_serve.serve,
    perf_step.prefill,
    perf_step.decode,
    perf_compare.compare,
    perf_per_gw.per_gw,
    perf_lists.models,
    perf_lists.systems,
):
    app.command()(verb)
