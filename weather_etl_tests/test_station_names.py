"""Which station may have been meant."""

import pytest

from weather_etl.station_names import did_you_mean, mistakable_names, near_names


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("Szeged", ["szeged", "szegeda"], ["szeged"]),  # nothing but case: no other is asked about
        ("de-bilt", ["De_Bilt"], ["De_Bilt"]),
        ("szegde", ["szeged", "valentia"], ["szeged"]),  # two letters swapped are one edit
        ("vlentai", ["valentia"], ["valentia"]),
        ("ab", ["ac", "cd"], ["ac"]),
        ("wien", ["bonn", "berlin"], []),
        ("szeged", ["szeged"], []),
    ],
)
def test_near_is_what_a_slip_of_the_finger_makes(name: str, known: list[str], found: list[str]) -> None:
    assert near_names(name, known) == found


def test_numbers_tell_new_stations_apart_and_may_still_be_a_slip() -> None:
    assert mistakable_names("well8", ["well7", "well10"]) == []
    assert near_names("well8", ["well7"]) == ["well7"]
    assert did_you_mean("nowhere", ["well7"]) == ""
