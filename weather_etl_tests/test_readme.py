"""What the README promises works as it stands there: its commands after the set-up, and each snippet."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path

import duckdb
import pytest

from sample_data import generate
from weather_etl import cli
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl_tests.conftest import CHECKOUT, Services
from weather_etl_tests.support.command import exit_code
from weather_etl_tests.support.databases import own_database

README = (CHECKOUT / "README.md").read_text()
READING = (CHECKOUT / "docs" / "reading.md").read_text()
SNIPPETS = list(dict.fromkeys(re.findall(r"```python\n(.*?)```", README + READING, re.S)))
NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def loaded(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The recipe of `make run` after the set-up, in the suite's services under the default container names."""
    with own_database(services.postgres_url) as database:
        yield make_run(services, database, tmp_path_factory)


def make_run(services: Services, database: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("readme")
    shutil.copy(CHECKOUT / "dagster.yaml", folder)
    env = {
        "AZURE_STORAGE_CONNECTION_STRING": services.connection_string,
        "WEATHER_ETL_POSTGRES_URL": database,
    }
    blank = dict.fromkeys(("WEATHER_ETL_LANDING_CONTAINER", "WEATHER_ETL_LAKE_CONTAINER"), "")
    assert exit_code(generate.main, ["generate.py", "sample"], folder) == 0
    stations = [str(s) for s in sorted((folder / "sample").iterdir())]
    for arguments in (["db", "upgrade"], ["upload", *stations]):  # the first is done by `local up`
        assert exit_code(cli.main, ["weather-etl", *arguments], folder, env | blank) == 0
    with redirect_stdout(StringIO()) as output:
        assert exit_code(cli.main, ["weather-etl", "run"], folder, env | blank) == 0, output.getvalue()
    return {**env, "output": output.getvalue()}


def test_a_run_ends_with_tables_in_the_lake_rows_in_postgresql_and_pages(loaded: dict[str, str]) -> None:
    import psycopg2

    url = loaded["WEATHER_ETL_POSTGRES_URL"].replace("+psycopg2", "")
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE wind_power_kw > 0) FROM schema_metrics.weather_metrics")
        hours, windy = cursor.fetchone()
    assert windy > hours / 2
    end = " ".join(loaded["output"].split())
    match = re.search(
        r"lake (\d+) tables in \S+/weather PostgreSQL ([\d,]+) hours of (\d+) stations in "
        r"schema_metrics.weather_metrics, wind energy [\d,]+ kWh reports (\d+) pages",
        end,
    )
    assert match and int(match[2].replace(",", "")) == hours
    assert int(match[1]) == len(TABLE_NAMES) * int(match[3]) and match[3] == match[4]


def test_the_output_shown_in_the_readme_is_what_one_sees(loaded: dict[str, str]) -> None:
    shown = re.search(r"```\n(szeged: up to date.*?)```", README, re.S)[1]
    seen = " ".join(loaded["output"].split())
    for line in shown.splitlines():
        assert " ".join(line.removesuffix("...").split()) in seen


def test_the_readme_has_snippets_for_pandas_duckdb_and_polars() -> None:
    assert [any(f"import {name}" in s for s in SNIPPETS) for name in ("pandas", "duckdb", "polars")] == [True] * 3


def test_the_page_about_reading_has_a_text_for_spark() -> None:
    assert re.search(r"spark\.read\..*parquet\(", READING) and "withMetadata" in READING


@pytest.mark.parametrize(
    "snippet", SNIPPETS, ids=lambda s: re.search(r"import (pandas|duckdb|polars|pyarrow|tables)", s)[1]
)
def test_a_snippet_reads_the_tables(
    loaded: dict[str, str],
    snippet: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in loaded.items():
        monkeypatch.setenv(name, value)
    duckdb.set_default_connection(duckdb.connect())  # as in a new interpreter: each snippet registers its storage
    exec(compile(snippet, "README.md", "exec"), {"__name__": "__main__"})
    assert "2016" in capsys.readouterr().out


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_from_top_to_bottom(
    loaded: dict[str, str], notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbclient import NotebookClient

    for name, value in {**loaded, "PYTHONPATH": str(CHECKOUT)}.items():
        monkeypatch.setenv(name, value)
    document = nbformat.read(notebook, as_version=4)
    assert [c for c in document.cells if c.get("outputs")] == []  # results are not kept in the repository
    NotebookClient(document, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    drawn = [c.source for c in document.cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]
    for what in ("temperature_min_c", "precipitation_mm", "capacity_factor", "pv_energy_kwh"):
        assert any(what in source for source in drawn), what
    told = [str(o) for c in document.cells if "hdd_18" in c.source for o in c.get("outputs", [])]
    assert any("2016" in text for text in told)


@pytest.mark.parametrize("target", ["run", "ui", "stop", "test", "bench"])
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (CHECKOUT / "Makefile").read_text(), re.M)


def test_every_setting_stands_in_the_example() -> None:
    """In docs/settings.md too: `test_generated_pages.py`."""
    names = set(re.findall(r'"((?:WEATHER_ETL|AZURE)_[A-Z_]+)"', (CHECKOUT / "weather_etl/settings.py").read_text()))
    example = (CHECKOUT / ".env.example").read_text()
    assert names
    assert {n for n in names if n not in example} == set()


def test_every_picture_and_page_of_the_readme_is_there() -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert len(links) > 20
    assert [link for link in links if not (CHECKOUT / link).exists()] == []
