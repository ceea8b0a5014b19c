"""Arrays: NumPy's functions, or those of the library whose arrays are given to them.

xp    what the formulas call in place of NumPy

Every function goes to the namespace of its first array argument that is not NumPy's (`__array_namespace__` of the
Python array API standard), so that formulas written for NumPy run on a GPU with JAX or CuPy arrays in their place. What
has no such argument is NumPy itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy as xp
else:

    class _Namespace:
        """NumPy with functions that look at their arguments; functions are made once and kept."""

        def __getattr__(self, name: str) -> object:
            own = getattr(np, name)
            found = own if isinstance(own, type) or not callable(own) else _dispatched(name, own)
            setattr(self, name, found)
            return found

    def _dispatched(name, own):
        def function(*arguments, **options):
            for argument in arguments:
                kind = type(argument)
                if kind is np.ndarray or kind is float or kind is int:
                    continue
                other = _foreign(argument)
                if other is not None:
                    return getattr(other, name)(*arguments, **options)
            return own(*arguments, **options)

        function.__name__, function.__doc__ = name, own.__doc__
        return function

    def _foreign(argument):
        """The namespace of an array, or of the first of a list of them, that is not NumPy's."""
        if isinstance(argument, (list, tuple)):
            return next((found for found in map(_foreign, argument) if found is not None), None)
        if isinstance(argument, (np.ndarray, np.generic)) or not hasattr(type(argument), "__array_namespace__"):
            return None
        return argument.__array_namespace__()

    xp = _Namespace()

__all__ = ["xp"]
