"""Profiles of an installation, `landing/_formats/*.toml`: they heal rejected files, and a change reads their files again alone.

Real Azurite.
"""

from weather_etl.ingestion.merge import Raw, merge_landing_files
from weather_etl.lake.connection import Containers
from weather_etl.landing import listing
from weather_etl_tests.files import weather_csv

LOGGER = b"17;2020.05.31 14:10;21,4\n18;2020.05.31 14:20;21,6\n"
PROFILE = """
[match]
line = '\\d+;.*'
[text]
delimiter = ";"
decimal = ","
[header]
names = ["number", "time", "temp"]
[time]
columns = ["time"]
formats = ["ymd"]
zone = "UTC"
[[column]]
to = "temperature_c"
name = ["temp"]
unit = "degC"
"""


def merged(containers: Containers, old: Raw | None = None) -> Raw:
    files = listing.list_station(containers.landing, "a")
    settings = listing.read_settings(containers.landing, "a", files)
    return merge_landing_files(containers, "a", files, settings, old)


def test_a_profile_of_the_installation_heals_a_rejected_file(containers):
    containers.landing.upload("a/logger.txt", LOGGER)
    before = merged(containers)
    assert [e["state"] for e in before.manifest] == ["rejected"]
    containers.landing.upload("_formats/logger.toml", PROFILE.encode())
    after = merged(containers, before)
    assert [(e["state"], e["profile"]) for e in after.manifest] == [("ingested", "logger")]
    assert after.rows.column("temperature_c").to_pylist() == ["21,4", "21,6"]


def test_a_changed_profile_reads_its_files_again_and_nothing_else(containers):
    containers.landing.upload("a/logger.txt", LOGGER)
    containers.landing.upload("a/other.csv", weather_csv(3))
    containers.landing.upload("_formats/logger.toml", PROFILE.encode())
    before = merged(containers)
    assert merged(containers, before).read == []
    containers.landing.upload("_formats/logger.toml", PROFILE.replace("UTC", "UTC+01:00").encode())
    after = merged(containers, before)
    assert after.read == ["a/logger.txt"]
    assert merged(containers, after).read == []


def test_a_profile_that_cannot_be_used_is_left_out_and_said_so(containers):
    containers.landing.upload("a/other.csv", weather_csv(3))
    containers.landing.upload("_formats/broken.toml", b"titel = 1")
    [entry] = merged(containers).manifest
    assert entry["state"] == "ingested" and any("titel is no key of the grammar" in w for w in entry["warnings"])


def test_a_profile_makes_a_station_stale(containers):
    containers.landing.upload("a/other.csv", weather_csv(3))
    before = listing.list_station(containers.landing, "a").settings_version("a")
    containers.landing.upload("_formats/logger.toml", PROFILE.encode())
    assert listing.list_station(containers.landing, "a").settings_version("a") != before
    assert listing.list_landing(containers.landing).unroutable == []
