"""The small pictures that the UI draws in place."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from weather_etl.orchestration.assets import sketches

WAVE = pd.Series(20 * np.sin(np.arange(50_000) / 300) - 5)
LENGTHS = pytest.mark.parametrize("length", [2, 3, 12, 24, 44, 45, 60, 61, 132, 731, 4018, 50_000])
DRAW = pytest.mark.parametrize("draw", [sketches.line, sketches.stripes])


@DRAW
@LENGTHS
def test_a_sketch_is_small_enough_to_be_drawn_in_place_and_is_an_svg(draw, length: int) -> None:
    found = draw(WAVE.sample(length, random_state=1).reset_index(drop=True), "monthly mean temperature, blue, red")
    assert found is not None
    assert len(found.md_str) < 1000
    svg = base64.b64decode(re.search(r"base64,(.*)\)", found.md_str)[1])
    assert ElementTree.fromstring(svg).tag.endswith("svg")


@DRAW
def test_gaps_are_left_out(draw) -> None:
    assert draw(pd.Series([1.0, np.nan, 3.0]), "x") is not None


@DRAW
@pytest.mark.parametrize("values", [[], [1.0], [np.nan, np.nan]])
def test_nothing_known_gives_no_sketch(draw, values: list[float]) -> None:
    assert draw(pd.Series(values, dtype=float), "x") is None


@DRAW
def test_constant_values_give_a_sketch(draw) -> None:
    assert draw(pd.Series([5.0] * 10), "x") is not None
