"""Labelled arrays: numbers with named dimensions, labels and a unit; different labels are refused, never padded.

Data type: `Labelled`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigawatt.errors import InputError, did_you_mean
from gigawatt.units import show, unit

if TYPE_CHECKING:
    import polars
    import xarray


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """An array whose axes and numbers say what they are.

    Arguments:
        name: what it holds, such as `online`.
        values: the numbers, in `unit`.
        dims: name of each axis; `path` is last where there is one.
        labels: labels of each axis but `path`.
        unit: what they count, as text.
        source: where it came from (scenario hash, catalogue version, code version, seed).
    """

    name: str
    values: NDArray[np.floating]
    dims: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    unit: str
    source: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self.values.shape

    def sel(self, **wanted: str | Sequence[str]) -> Labelled:
        """The part with these labels; a single label drops its axis, a list keeps it.

        Raises:
            InputError: an axis or label that does not exist, with the nearest that does.
        """
        values, dims, labels = self.values, list(self.dims), dict(self.labels)
        for dim, label in wanted.items():
            if dim not in labels or dim not in dims:
                raise InputError(f"`{self.name}` has no labelled axis `{dim}`. {did_you_mean(dim, labels)}")
            axis, known = dims.index(dim), labels[dim]
            single = isinstance(label, str)
            names = [label] if isinstance(label, str) else list(label)
            for name in names:
                if name not in known:
                    raise InputError(f"`{self.name}` has no {dim} `{name}`. {did_you_mean(name, known)}")
            values = np.take(values, [known.index(name) for name in names], axis=axis)
            labels[dim] = tuple(names)
            if single:
                values = np.take(values, 0, axis=axis)
                dims.pop(axis)
                del labels[dim]
        return replace(self, values=values, dims=tuple(dims), labels=labels)

    def quantile(self, q: float | Sequence[float]) -> Labelled:
        """Quantiles over paths, linear between order statistics; several give a first axis `quantile`."""
        self._needs("path")
        several = not isinstance(q, float | int)
        levels = [float(q)] if isinstance(q, float | int) else [float(level) for level in q]
        if not all(0.0 <= level <= 1.0 for level in levels):
            raise InputError(f"quantile({q}): levels between 0 and 1 expected, such as [0.1, 0.5, 0.9].")
        values = np.quantile(self.values, levels, axis=-1)
        dims = self.dims[:-1]
        if not several:
            return replace(self, values=values[0], dims=dims)
        return replace(
            self,
            values=values,
            dims=("quantile", *dims),
            labels={"quantile": tuple(f"p{100 * level:g}" for level in levels), **self.labels},
        )

    def mean(self, dim: str = "path") -> Labelled:
        """Mean over an axis."""
        return self._reduce(dim, np.mean)

    def sum(self, dim: str) -> Labelled:
        """Sum over an axis."""
        return self._reduce(dim, np.sum)

    def _reduce(self, dim: str, function: Callable[..., ArrayLike]) -> Labelled:
        self._needs(dim)
        axis = self.dims.index(dim)
        labels = {key: value for key, value in self.labels.items() if key != dim}
        values = np.asarray(function(self.values, axis=axis, dtype=np.float64))
        return replace(self, values=values, dims=self.dims[:axis] + self.dims[axis + 1 :], labels=labels)

    def _needs(self, dim: str) -> None:
        if dim not in self.dims:
            raise InputError(f"`{self.name}` has no axis `{dim}` (any more). {did_you_mean(dim, self.dims)}")

    def __add__(self, other: Labelled) -> Labelled:
        return self._combine(other, np.add, self.unit)

    def __sub__(self, other: Labelled) -> Labelled:
        return self._combine(other, np.subtract, self.unit)

    def _combine(self, other: Labelled, function: Callable[..., NDArray[np.floating]], of: str) -> Labelled:
        if self.dims != other.dims or dict(self.labels) != dict(other.labels):
            raise InputError(
                f"`{self.name}` {self.dims} and `{other.name}` {other.dims} have different labels; select equal ones."
            )
        if unit(self.unit) != unit(other.unit):
            raise InputError(f"`{self.name}` is in {self.unit} and `{other.name}` in {other.unit}.")
        return replace(self, values=function(self.values, other.values), unit=of)

    def to_xarray(self) -> xarray.DataArray:
        """The same as an `xarray.DataArray` (extra `xarray`), with unit and source as attributes.

        Raises:
            InputError: xarray is not installed.
        """
        try:
            import xarray
        except ImportError as missing:
            raise InputError("to_xarray needs xarray: install `gigawatt[xarray]`.") from missing
        coords = {dim: list(self.labels[dim]) for dim in self.dims if dim in self.labels}
        attributes = {"units": self.unit, "source": self.source}
        return xarray.DataArray(self.values, dims=self.dims, coords=coords, name=self.name, attrs=attributes)

    def to_polars(self) -> polars.DataFrame:
        """The same as a long `polars.DataFrame` (extra `tables`): one row a number, one column an axis.

        Raises:
            InputError: Polars is not installed.
        """
        try:
            import polars
        except ImportError as missing:
            raise InputError("to_polars needs Polars: install `gigawatt[tables]`.") from missing
        grid = np.indices(self.values.shape).reshape(self.values.ndim, -1)
        columns: dict[str, object] = {}
        for dim, at in zip(self.dims, grid, strict=True):
            columns[dim] = np.array(self.labels[dim])[at] if dim in self.labels else at
        return polars.DataFrame({**columns, f"{self.name} ({self.unit})": self.values.ravel()})

    def __repr__(self) -> str:
        axes = ", ".join(f"{dim}: {size}" for dim, size in zip(self.dims, self.shape, strict=True))
        body = self._shown(self.values) if self.values.ndim == 0 else f"({axes})"
        return f"<{self.name} {body} in {self.unit}>"

    def _shown(self, value: np.floating | NDArray[np.floating]) -> str:
        return show(float(value) * unit(self.unit).factor, self.unit)

    def _repr_html_(self) -> str:
        table = self.quantile([0.1, 0.5, 0.9]) if "path" in self.dims else self
        if table.values.ndim > 2 or table.values.ndim == 0:
            return f"<pre>{escape(repr(self))}</pre>"
        rows = table if table.values.ndim == 2 else replace(table, values=table.values[None], dims=("", *table.dims))
        head = "".join(f"<th>{escape(label)}</th>" for label in rows.labels.get(rows.dims[1], ()))
        names = rows.labels.get(rows.dims[0], ("",))
        body = "".join(
            f"<tr><th>{escape(name)}</th>" + "".join(f"<td>{self._shown(v)}</td>" for v in row) + "</tr>"
            for name, row in zip(names, rows.values, strict=True)
        )
        caption = f"{escape(self.name)} in {escape(self.unit)}"
        return f"<table><caption>{caption}</caption><tr><th></th>{head}</tr>{body}</table>"
