from __future__ import annotations

import numpy as np
import pytest

from gigawatt.report.marks import ladder_marks, marks
from gigawatt.report.subject import subject
from gigawatt.value.flows import Flows
from gigawatt.value.ladder import Ladder
from report.valued import chosen


@pytest.fixture(scope="module")
def flows() -> Flows:
    return chosen().flows["risk-neutral"]


@pytest.fixture(scope="module")
def this() -> Ladder:
    value = chosen().details[0].value
    assert value is not None
    return value.ladder


def test_a_drawn_mark_spans_its_draws_and_a_certain_one_is_one_number(flows: Flows, this: Ladder) -> None:
    first, second = ladder_marks(flows, this)
    drawn = flows.drawn("contracts.warrant.2.price")
    assert second.price == pytest.approx(tuple(np.quantile(drawn, [0.1, 0.5, 0.9])))
    assert first.power == (0.5, 0.5, 0.5)
    assert (first.number, second.number) == (1, 2)


def test_the_table_cites_each_mark(flows: Flows, this: Ladder) -> None:
    shown = marks(subject(flows.scenario), flows, this, "The warrant", "c0")
    assert 'href="#f-contracts.warrant.2.price" class="src" title="nobody knows"' in shown
    assert "Dashed: the price at the start, 204 USD." in shown
    assert "a mark once met stays met" in shown


def test_each_tranche_stands_in_the_picture_with_its_number(flows: Flows, this: Ladder) -> None:
    shown = marks(subject(flows.scenario), flows, this, "The warrant", "c0")
    for number in (1, 2):
        assert shown.count(f'class="on" text-anchor="middle">{number}</text>') == 2
