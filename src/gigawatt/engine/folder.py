"""A run folder: a manifest and one file a block, nothing else; killed at any moment it continues to the same bytes.

Data type: `Folder`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigawatt.engine.result import Provenance
from gigawatt.errors import RunError
from gigawatt.scenario.scenario import Scenario

MANIFEST = "manifest.json"
HEADER_LIMIT = 16_384
"""Bytes kept for the header of a block file."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A run on disk.

    Arguments:
        path: the folder.
        provenance: what the run rests on.
        scenario: the scenario's whole text, from which it is built again.
    """

    path: Path
    provenance: Provenance
    scenario: str

    @staticmethod
    def create(path: Path, scenario: Scenario, provenance: Provenance) -> Folder:
        """A new run folder, or the one that already holds this very run.

        Raises:
            RunError: the folder holds another run or other files, or cannot be written.
        """
        if (path / MANIFEST).exists():
            found = Folder.open(path)
            if found.provenance != provenance:
                raise RunError(
                    f"{path}: holds another run ({found.provenance}), not {provenance}. "
                    "Name another folder, or continue that one with `gigawatt resume`."
                )
            return found
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RunError(f"{path}: exists and is no run folder; name a new or empty folder.")
        manifest = {**asdict(provenance), "text": scenario.text}
        _write(path / MANIFEST, lambda file: file.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8"))
        return Folder(path, provenance, scenario.text)

    @staticmethod
    def open(path: Path) -> Folder:
        """The run in a folder.

        Raises:
            RunError: there is no run, or its manifest is damaged.
        """
        file = path / MANIFEST
        try:
            manifest = json.loads(file.read_text(encoding="utf-8"))
            text = str(manifest.pop("text"))
            return Folder(path, Provenance(**manifest), text)
        except FileNotFoundError as missing:
            raise RunError(f"{path}: no run here ({MANIFEST} expected). Start one with `gigawatt run`.") from missing
        except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as broken:
            raise RunError(f"{file}: not the manifest of a run ({broken}). Run the scenario again.") from broken

    def file(self, block: int) -> Path:
        """The file of a block."""
        return self.path / f"block-{block:05d}.bin"

    def has(self, block: int) -> bool:
        """Whether a block is complete."""
        return self.file(block).exists()

    def write(self, block: int, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Keep a block; it appears whole or not at all.

        Raises:
            RunError: the disk is full or not writable.
        """

        _write(self.file(block), lambda file: _save(file, arrays))

    def read(self, block: int, name: str) -> NDArray[np.generic]:
        """One array of one block, mapped from disk and so read only where it is looked at.

        Raises:
            RunError: the block is missing or damaged.
        """
        file = self.file(block)
        try:
            with file.open("rb") as stream:
                size = int.from_bytes(stream.read(8), "little")
                header = json.loads(stream.read(size)) if size < HEADER_LIMIT else {}
            if header["bytes"] != file.stat().st_size:
                raise ValueError("the file is shorter or longer than it says")
            entry = header["arrays"][name]
            shape = tuple(entry["shape"])
            if 0 in shape:
                return np.zeros(shape, dtype=entry["dtype"])
            return np.memmap(file, dtype=entry["dtype"], mode="r", offset=entry["offset"], shape=shape)
        except FileNotFoundError as missing:
            message = f"block {block} is missing; continue with `gigawatt resume {self.path}`."
            raise RunError(f"{self.path}: {message}") from missing
        except (OSError, ValueError, KeyError, TypeError) as broken:
            raise RunError(f"{file}: damaged ({broken}); delete it and run `gigawatt resume {self.path}`.") from broken


def _save(file: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """A length, a header in JSON, then the arrays as they lie in memory, each on a 64-byte boundary."""
    entries: dict[str, object] = {}
    offset = HEADER_LIMIT
    for name, array in arrays.items():
        entries[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        offset += -(-array.nbytes // 64) * 64
    header = json.dumps({"bytes": offset, "arrays": entries}).encode()
    with file.open("wb") as stream:
        stream.write(len(header).to_bytes(8, "little") + header)
        stream.write(bytes(HEADER_LIMIT - 8 - len(header)))
        for array in arrays.values():
            stream.write(np.ascontiguousarray(array).data)
            stream.write(bytes(-array.nbytes % 64))


def _write(file: Path, save: Callable[[Path], object]) -> None:
    """Write beside the target first, so that a file with the final name is always complete."""
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save(part)
        part.replace(file)
    except OSError as failed:
        part.unlink(missing_ok=True)
        raise RunError(
            f"{file}: cannot be written ({failed.strerror or failed}). Blocks already written are safe; "
            f"make room and continue with `gigawatt resume {file.parent}`."
        ) from failed
