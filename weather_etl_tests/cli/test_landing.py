"""`upload`, `move`, `delete`, and what follows from them."""

from pathlib import Path

from weather_etl.lake.connection import Containers
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.command import Run, one_sentence
from weather_etl_tests.support.runs import process


def names(containers: Containers) -> list[str]:
    return [b.name for b in containers.landing.list()]


def test_upload_says_whether_a_file_is_new_the_same_or_replaced(weather_etl: Run, file: Path) -> None:
    size = file.stat().st_size
    assert weather_etl("upload", "a", str(file)).stdout.startswith(f"Uploaded a/x.csv ({size:,} bytes)\n")
    assert weather_etl("upload", "-s", "a", str(file)).stdout == f"Already there: a/x.csv ({size:,} bytes)\n"
    file.write_bytes(weather_csv(24))
    again = weather_etl("upload", "a", str(file)).stdout.splitlines()[0]
    assert again == f"Uploaded a/x.csv ({file.stat().st_size:,} bytes), replaced (was {size:,} bytes)"


def test_upload_warns_of_the_same_bytes_elsewhere_and_of_a_name_near_another(
    weather_etl: Run, file: Path, containers: Containers
) -> None:
    containers.landing.upload("szeged/2020.csv", file.read_bytes())
    done = weather_etl("upload", "Szeged", str(file))
    assert done.returncode == 0
    near, same, _ = done.stderr.splitlines()
    assert "Station Szeged is new, and its name is near szeged." in near
    assert "The same bytes lie at szeged/2020.csv" in same and "weather-etl delete Szeged/x.csv" in same
    odd = file.rename(file.with_name("Größe & März.csv"))
    [same, _] = weather_etl("upload", "b", str(odd)).stderr.splitlines()
    assert "`weather-etl delete 'b/Größe & März.csv'` takes them back" in same  # as a shell takes it


def test_upload_says_what_will_become_of_a_file_and_what_takes_it_in(
    weather_etl: Run, file: Path, folder: Path
) -> None:
    assert "`weather-etl run` takes them in" in weather_etl("upload", "a", str(file)).stdout
    assert "takes them in" not in weather_etl("upload", "a", str(file)).stdout
    shared = weather_etl("upload", "_shared", str(file)).stdout
    assert "WILL BE REJECTED: COLUMN_MISSING" in shared and "`weather-etl move _shared/FILE STATION/`" in shared
    (folder / "settings.toml").write_text("timezone = 'UTC'")
    done = weather_etl("upload", "a", "settings.toml")
    assert "REJECTED" not in done.stdout
    assert "`weather-etl move a/settings.toml a/station.toml` makes them count" in done.stderr


def test_upload_warns_of_a_station_whose_zone_nobody_gave(weather_etl: Run, file: Path, folder: Path) -> None:
    [told] = weather_etl("upload", "a", str(file)).stderr.splitlines()
    assert "Station a has no station.toml: its civil days are those of UTC" in told
    (folder / "station.toml").write_text("timezone = 'Europe/Budapest'")
    assert weather_etl("upload", "a", str(file), "station.toml").stderr == ""
    assert weather_etl("upload", "a", str(file)).stderr == ""


def test_upload_takes_folders_as_stations(weather_etl: Run, file: Path, folder: Path, containers: Containers) -> None:
    for number, station in enumerate("ab"):
        (folder / station).mkdir()
        (folder / station / "x.csv").write_bytes(weather_csv(24 + number))
    (folder / "b" / ".hidden").write_text("no weather")
    assert weather_etl("upload", "a", "b").returncode == 0
    assert names(containers) == ["a/x.csv", "b/x.csv"]


def test_a_moved_file_keeps_its_bytes_and_takes_its_rows_along(
    weather_etl: Run, file: Path, containers: Containers
) -> None:
    weather_etl("upload", "a", str(file))
    process(containers)
    done = weather_etl("move", "a/x.csv", "b/")
    assert "Moved a/x.csv to b/x.csv" in done.stdout and "weather-etl forget a" in done.stdout
    assert names(containers) == ["b/x.csv"]
    assert containers.landing.read("b/x.csv")[0] == file.read_bytes()
    assert weather_etl("forget", "a").returncode == 0
    assert weather_etl("run").returncode == 0
    assert {s for s, _ in containers.lake.stamps()} == {"b"}


def test_a_move_that_was_cut_is_repeated_and_never_overwrites(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", b"1")
    containers.landing.upload("b/x.csv", b"1")  # the copy of a move that died
    assert weather_etl("move", "a/x.csv", "b/x.csv").returncode == 0
    containers.landing.upload("a/x.csv", b"2")
    assert "another file at b/x.csv" in one_sentence(weather_etl("move", "a/x.csv", "b/x.csv"))
    assert [containers.landing.read(n)[0] for n in ("a/x.csv", "b/x.csv")] == [b"2", b"1"]
    assert "no place for a landing file" in one_sentence(weather_etl("move", "a/x.csv", "two words/x.csv"), 2)


def test_delete_asks_takes_patterns_and_says_how_to_go_on(weather_etl: Run, containers: Containers) -> None:
    for name in ("a/1.csv", "a/2.csv", "a/keep.csv", "b/1.csv"):
        containers.landing.upload(name, b"x")
    assert "say --yes" in one_sentence(weather_etl("delete", "a/1.csv"), 2)
    assert "Did you mean a/1.csv" in one_sentence(weather_etl("delete", "a/1.cvs", "--yes"))
    assert len(names(containers)) == 4
    done = weather_etl("delete", "a/[12].csv", "b/1.csv", "--yes")
    assert done.stdout.splitlines() == [
        "Deleted a/1.csv",
        "Deleted a/2.csv",
        "Deleted b/1.csv",
        "`weather-etl run` removes their rows from the tables.",
        "Station b has no file left; `weather-etl forget b` deletes the tables that were made of its files.",
    ]
    assert names(containers) == ["a/keep.csv"]


def test_forget_names_the_way_out_of_files_that_are_still_there(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    process(containers)
    assert "`weather-etl delete 'a/*'` deletes them" in one_sentence(weather_etl("forget", "a"))
    assert weather_etl("delete", "a/*", "--yes").returncode == 0
    assert "To begin anew: `weather-etl upload a FILE`" in weather_etl("forget", "-s", "a").stdout
    assert containers.lake.stamps() == {}


def test_doctor_names_stray_files_and_move_brings_them_home(weather_etl: Run, containers: Containers) -> None:
    containers.landing.upload("stray.csv", weather_csv(24))
    told = weather_etl("doctor").stdout
    assert "1 outside any station's folder, never read: stray.csv" in told
    assert "weather-etl move stray.csv STATION/" in told
    assert weather_etl("move", "stray.csv", "a/").returncode == 0
    assert "stray" not in weather_etl("doctor").stdout
