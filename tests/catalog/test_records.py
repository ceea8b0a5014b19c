from pathlib import Path

import pytest

from gigawatt.catalog import load
from gigawatt.errors import CatalogError

HEADER = "id,quantity,subject,value,unit,as_of,published,kind,confidence,note"
GOOD = "mine.cost_per_power,cost_per_power,ai_campus,44,bnUSD/GW,2026-11,2026-11-01,assumed,D,a guess"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refusal(folder: Path, *lines: str) -> str:
    with pytest.raises(CatalogError) as error:
        load(extra=[written(folder, *lines)])
    return str(error.value)


def test_further_claims_stand_beside_those_of_the_package(tmp_path: Path) -> None:
    catalog = load(extra=[written(tmp_path, HEADER, GOOD)])
    assert catalog["mine.cost_per_power"].central == 44e9
    assert catalog["mine.cost_per_power"] in catalog.rivals("openai-50.cost_per_power")
    assert len(catalog) == len(load()) + 1


def test_further_claims_change_the_version(tmp_path: Path) -> None:
    assert load(extra=[written(tmp_path, HEADER, GOOD)]).version != load().version


def test_further_sources_can_be_cited(tmp_path: Path) -> None:
    path = written(tmp_path, "id,publisher,url,date", "memo,Internal memo,,2026-11-01")
    assert load(extra=[path]).source("memo").publisher == "Internal memo"


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        (("44", "4x4"), 46, "value `4x4` is no ordinary number"),
        (("44", "nan"), 46, "value `nan` is no ordinary number"),
        (("44", "inf"), 46, "value `inf` is no ordinary number"),
        (("assumed", "asumed"), 77, "unknown kind `asumed`. Known: assumed,"),
        ((",D,", ",E,"), 85, "unknown confidence `E`. Known: A, B, C, D."),
        (("2026-11-01", "yesterday"), 66, "published: `yesterday` is no date"),
        (("mine.cost_per_power", "my cost"), 1, "id `my cost` must be a word"),
        (("mine.cost_per_power", "openai-50.cost_per_power"), 1, "id `openai-50.cost_per_power` is there already"),
    ],
)
def test_a_bad_cell_is_refused_with_its_place(
    tmp_path: Path, change: tuple[str, str], column: int, message: str
) -> None:
    text = refusal(tmp_path, HEADER, GOOD.replace("mine.", "first."), GOOD.replace(*change))
    assert f"mine.csv:3:{column}: " in text
    assert message in text


def test_the_place_counts_lines_and_quotes_as_an_editor_does(tmp_path: Path) -> None:
    first = GOOD.replace("a guess", '"a guess,\nin two lines"')
    second = 'x.y,cost_per_power,"a, b",oops,bnUSD/GW,2026,2026,assumed,D,'
    assert "mine.csv:4:27: x.y: value `oops`" in refusal(tmp_path, HEADER, first, second)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert "mine.csv:1:1: no column `as_of`" in refusal(tmp_path, HEADER.replace("as_of,", ""), GOOD)


def test_a_row_with_too_many_cells_is_refused(tmp_path: Path) -> None:
    assert "11 cells where the header has 10" in refusal(tmp_path, HEADER, GOOD + ",more")


def test_a_claim_without_a_figure_is_refused(tmp_path: Path) -> None:
    assert "needs a value, a low or a high" in refusal(tmp_path, HEADER, GOOD.replace("44", ""))


def test_every_mistake_of_a_file_is_listed(tmp_path: Path) -> None:
    text = refusal(tmp_path, HEADER, GOOD.replace("44", "x"), GOOD.replace(",D,", ",Z,"))
    assert [line.split(": ")[0].rsplit("mine.csv", 1)[1] for line in text.splitlines()] == [":2:46", ":3:85"]


def test_a_file_that_is_not_there_is_refused_without_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        load(extra=[tmp_path / "none.csv"])
