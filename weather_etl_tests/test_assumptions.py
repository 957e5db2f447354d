"""What had to be assumed of a file warns, and the line that the warning names ends it."""

from datetime import UTC, datetime

import pytest

from weather_etl.checks.evaluation import Evaluation
from weather_etl.checks.files import assumptions
from weather_etl.ingestion.manifest import Raw
from weather_etl.ingestion.raw_table import RAW_SCHEMA
from weather_etl.ingestion.reading import parse_landing_file
from weather_etl.lake.table_objects import Stamp
from weather_etl.station_file import parse_settings
from weather_etl_tests.meteorology.profile_samples import SAMPLES


def evaluated(data: bytes, toml: str = "") -> Evaluation:
    """The check of a station with one file and a station.toml."""
    settings = parse_settings(toml, source="a/station.toml", version="1")
    entry = {"name": "a/file.csv", "state": "ingested", "landed_at": "2024-02-01T00:00:00Z"}
    parse_landing_file(data, entry, settings, "a", ())
    stamp = Stamp("raw_observations", "a", "", "", 0, 0, datetime.now(UTC))
    return assumptions(Raw(RAW_SCHEMA.empty_table(), [entry], stamp), settings)


SPEEDS = b"time,temperature_c,wind\n" + b"".join(b"2024-01-01T%02d:00Z,1.5,3.7\n" % h for h in range(24))


def test_an_assumed_unit_warns_and_names_the_line_that_ends_it() -> None:
    evaluation = evaluated(SPEEDS)
    assert (evaluation.passed, evaluation.severity) == (False, "WARN")
    assert 'units = { wind_speed_ms = "m/s" }' in evaluation.description
    assert [c["file"] for c in evaluation.cases] == ["a/file.csv"]


@pytest.mark.parametrize("unit", ["m/s", "km/h"])
def test_what_station_toml_says_is_not_assumed(unit: str) -> None:
    evaluation = evaluated(SPEEDS, f'units = {{ wind_speed_ms = "{unit}" }}')
    assert evaluation.passed and evaluation.description == "Nothing had to be assumed."


def test_a_wind_of_another_height_than_station_toml_takes_warns_until_it_says_so() -> None:
    data = SAMPLES["uscrn_subhourly"].data
    evaluation = evaluated(data)
    assert not evaluation.passed and "1.5 m above ground by its format, and 10 m are taken" in evaluation.description
    assert "wind = { anemometer_height_m = 1.5 }" in evaluation.description
    assert evaluated(data, "wind = { anemometer_height_m = 1.5 }").passed
