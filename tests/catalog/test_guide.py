import doctest
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "catalogue.md"


def test_the_examples_of_the_guide_give_what_they_show() -> None:
    result = doctest.testfile(str(GUIDE), module_relative=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert result.attempted > 10
    assert result.failed == 0
