"""One warrant issuance found in Open Cap Format files, and its fields read with their place.

Found    the issuance, the vesting terms it refers to, and readers of single fields
find     the one warrant of a file or folder
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from pathlib import Path

from gigawatt.errors import InputError, did_you_mean
from gigawatt.parts.warrant.codec import Json

LARGEST_FILE = 50_000_000
_NUMERIC = re.compile(r"[+-]?[0-9]+(\.[0-9]{1,10})?")
Item = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Found:
    """One issuance.

    Arguments:
        file: where it stands.
        position: its position among the file's items, from 1.
        issuance: the `TX_WARRANT_ISSUANCE` object.
        vesting: the `VESTING_TERMS` it refers to; none where there are none.
        started: day of its `TX_VESTING_START`; none where there is none.
    """

    file: str
    position: int
    issuance: Item
    vesting: Item | None
    started: datetime.date | None

    def place(self, name: str) -> str:
        """File and field, to open a message."""
        return f"{self.file}: items[{self.position}].{name}"

    def fault(self, name: str, message: str) -> InputError:
        """The error for one field."""
        return InputError(f"{self.place(name)}: {message}")

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments of the issuance."""
        given = self.issuance.get("comments", [])
        if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
            raise self.fault("comments", "a list of texts expected.")
        return tuple(text for text in given if isinstance(text, str))

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self.issuance.get(name)
        if not isinstance(value, str) or not value:
            raise self.fault(name, f"`{value}` given, a text expected.")
        return value

    def number_in(self, value: Json, name: str) -> float:
        """A number in the format's form, a text of digits."""
        if not isinstance(value, str) or not _NUMERIC.fullmatch(value):
            raise self.fault(name, f'`{value}` given, a number in quotes expected, such as "160000000" or "0.01".')
        if len(value) > 30:
            raise self.fault(name, f"a number of {len(value)} digits given; at most 30 expected.")
        return float(value)

    def number(self, name: str) -> float | None:
        """A number of the issuance, none where it is not given."""
        value = self.issuance.get(name)
        return None if value is None else self.number_in(value, name)

    def money(self, name: str) -> float | None:
        """An amount in USD of the issuance, none where it is not given."""
        value = self.issuance.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.fault(name, f"`{value}` given, an amount and a currency expected.")
        if value.get("currency") != "USD":
            raise self.fault(f"{name}.currency", f"`{value.get('currency')}` given; only USD can be read here.")
        return self.number_in(value.get("amount"), f"{name}.amount")

    def day_in(self, value: Json, name: str) -> datetime.date:
        """A date."""
        try:
            return datetime.date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise self.fault(name, f"`{value}` given, a date such as 2025-10-06 expected.") from None

    def day(self, name: str) -> datetime.date | None:
        """A date of the issuance, none where it is not given."""
        value = self.issuance.get(name)
        return None if value is None else self.day_in(value, name)


def find(source: str | Path) -> Found:
    """The one warrant of a file (with the files beside it) or of a folder.

    Raises:
        InputError: nothing there, no JSON, no OCF, or not exactly one warrant.
    """
    path = Path(source)
    if path.is_dir():
        files = sorted(path.glob("*.ocf.json"))
        if not files:
            raise InputError(f"{path}: no file that ends in `.ocf.json` in this folder; name a file.")
        items = [entry for file in files for entry in _items(file)]
    else:
        items = _items(path)
        if not any(item.get("object_type") == "VESTING_TERMS" for _, _, item in items):
            beside = [file for file in sorted(path.parent.glob("*.ocf.json")) if file != path]
            items += [entry for file in beside for entry in _items(file)]
    warrants = [entry for entry in items if entry[2].get("object_type") == "TX_WARRANT_ISSUANCE"]
    if len(warrants) != 1:
        kinds = sorted({str(item.get("object_type")) for _, _, item in items})
        raise InputError(
            f"{path}: {len(warrants)} objects of the type TX_WARRANT_ISSUANCE, exactly 1 expected. "
            f"Found: {', '.join(kinds) or 'nothing'}."
        )
    file, number, issuance = warrants[0]
    bare = Found(file, number, issuance, None, None)
    return Found(file, number, issuance, _vesting(bare, items), _started(bare, items))


def _items(file: Path) -> list[tuple[str, int, Item]]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputError(f"{file}: larger than {LARGEST_FILE:,} bytes; cut it down to the warrant.")
        data: Json = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{file}: cannot be read, {error.strerror}; check the name.") from None
    except UnicodeDecodeError:
        raise InputError(f"{file}: no UTF-8 text; save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{file}:{error.lineno}:{error.colno}: no JSON, {error.msg}; mend it there.") from None
    except ValueError:
        raise InputError(f"{file}: a number in it has too many digits to be one.") from None
    except RecursionError:
        raise InputError(f"{file}: nested too deeply to be an OCF file.") from None
    if isinstance(data, dict) and "object_type" in data:
        return [(str(file), 1, data)]
    if isinstance(data, dict) and data.get("file_type") == "OCF_MANIFEST_FILE":
        return []
    items = data.get("items") if isinstance(data, dict) and isinstance(data.get("file_type"), str) else None
    if not isinstance(items, list):
        raise InputError(f"{file}: no OCF file; `file_type` and a list `items` expected at the top.")
    found: list[tuple[str, int, Item]] = []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict) or not isinstance(item.get("object_type"), str):
            raise InputError(f"{file}: items[{number}]: an object with `object_type` expected.")
        found.append((str(file), number, item))
    return found


def _vesting(found: Found, items: list[tuple[str, int, Item]]) -> Item | None:
    wanted = found.issuance.get("vesting_terms_id")
    if wanted is None:
        return None
    terms = {str(item.get("id")): item for _, _, item in items if item.get("object_type") == "VESTING_TERMS"}
    if str(wanted) not in terms:
        hint = did_you_mean(str(wanted), terms) or "Put the file with the vesting terms beside this one."
        raise found.fault("vesting_terms_id", f"no VESTING_TERMS `{wanted}`. {hint}")
    return terms[str(wanted)]


def _started(found: Found, items: list[tuple[str, int, Item]]) -> datetime.date | None:
    mine = found.issuance.get("security_id")
    for _, _, item in items:
        if item.get("object_type") == "TX_VESTING_START" and item.get("security_id") == mine:
            return found.day_in(item.get("date"), "date of its TX_VESTING_START")
    return None
