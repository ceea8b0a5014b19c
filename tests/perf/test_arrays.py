"""Arrays of another library: the same formulas, with JAX's arrays in place of NumPy's, say the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from gigawatt.perf.arrays import xp


def test_training_and_serving_run_on_arrays_of_another_library() -> None:
    script = Path(__file__).with_name("other_arrays.py")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"step", "backward", "memory.states", "tpot", "tokens"} <= {each["name"] for each in found}
    assert [each["name"] for each in found if not each["stayed"]] == []
    assert [each for each in found if each["apart"] > 1e-12] == []


def test_without_other_arrays_the_functions_are_those_of_numpy() -> None:
    assert isinstance(xp.where([True, False], 1.0, 2.0), np.ndarray)
    assert xp.float64 is np.float64
