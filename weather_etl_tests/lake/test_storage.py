"""Containers and table objects on a real Azurite."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from weather_etl.lake import blobs, container
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.container import PreconditionFailed, StorageUnavailable
from weather_etl.lake.parquet import encode_parquet
from weather_etl.lake.table_objects import Lake
from weather_etl.settings import AZURITE_KEY, Settings


def daily(value: int) -> pa.Table:
    return pa.table({"value": pa.array([value] * 1000, pa.int64())})


def said(by: str) -> list[dict[str, object]]:
    return [{"check": by, "passed": True, "severity": "WARN", "figures": {}}]


def test_a_written_table_carries_fingerprint_and_row_count(containers: Containers) -> None:
    containers.lake.write("daily_weather", "a", daily(1), fingerprint="f", if_match=None)
    stamp = containers.lake.stamps()[("a", "daily_weather")]
    assert (stamp.fingerprint, stamp.rows) == ("f", 1000)


def test_the_etag_of_a_write_is_that_of_the_listing(containers: Containers) -> None:
    written = containers.lake.write("daily_weather", "a", daily(1), fingerprint="f", if_match=None)
    listed = containers.lake.stamps()[("a", "daily_weather")]
    read = containers.lake.read("daily_weather", "a")
    assert written.etag == listed.etag == read.stamp.etag == containers.lake.stamp("daily_weather", "a").etag


def test_of_two_writers_with_the_same_etag_one_loses(containers: Containers) -> None:
    lake = containers.lake
    first = lake.write("daily_weather", "a", daily(1), fingerprint="1", if_match=None)
    lake.write("daily_weather", "a", daily(2), fingerprint="2", if_match=first.etag)
    with pytest.raises(PreconditionFailed):
        lake.write("daily_weather", "a", daily(3), fingerprint="3", if_match=first.etag)
    assert lake.stamp("daily_weather", "a").fingerprint == "2"


def test_the_end_of_a_version_that_was_replaced_is_not_read(containers: Containers) -> None:
    lake = containers.lake
    first = lake.write("daily_weather", "a", daily(1), fingerprint="1", if_match=None, checks=said("first"))
    assert lake.read_checks("daily_weather", "a", first) == said("first")
    longer = pa.table({"value": pa.array(range(5000), pa.int64())})  # the old size would cut it in the middle
    lake.write("daily_weather", "a", longer, fingerprint="2", if_match=first.etag, checks=said("second"))
    with pytest.raises(PreconditionFailed):
        lake.container.read_end(lake.object_name("daily_weather", "a"), 8, size=first.size, etag=first.etag)
    assert lake.read_checks("daily_weather", "a", first) == said("second")


def test_a_blob_that_was_replaced_meanwhile_is_not_deleted(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", b"old")
    listed = containers.landing.head("a/x.csv")
    containers.landing.upload("a/x.csv", b"new")
    with pytest.raises(PreconditionFailed):
        containers.landing.delete("a/x.csv", if_match=listed.etag)
    assert containers.landing.read("a/x.csv")[0] == b"new"


def test_a_table_is_created_once_by_sixteen_writers(containers: Containers) -> None:
    def create(i: int) -> bool:
        try:
            containers.lake.write("daily_weather", "a", daily(i), fingerprint=str(i), if_match=None)
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(16))) == 1


def test_a_reader_sees_the_old_table_or_the_new_one(containers: Containers) -> None:
    lake, done, seen = containers.lake, threading.Event(), []
    stamp = lake.write("daily_weather", "a", daily(0), fingerprint="0", if_match=None)

    def read() -> None:
        while not done.is_set():
            stored = lake.read("daily_weather", "a")
            seen.append(
                (set(stored.arrow.column("value").to_pylist()), stored.arrow.num_rows, stored.stamp.fingerprint)
            )

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(1, 31):
        stamp = lake.write("daily_weather", "a", daily(i), fingerprint=str(i), if_match=stamp.etag)
    done.set()
    reader.join()
    assert seen
    assert all(rows == 1000 and values == {int(fingerprint)} for values, rows, fingerprint in seen)


def test_the_same_rows_give_the_same_bytes() -> None:
    assert encode_parquet("daily_weather", daily(1)) == encode_parquet("daily_weather", daily(1))


def test_a_missing_container_is_a_failure_and_no_empty_listing(environment: Settings) -> None:
    with (
        connect(environment.model_copy(update={"landing_container": "nowhere"}), prompt=True) as containers,
        pytest.raises(StorageUnavailable, match="no container 'nowhere'"),
    ):
        list(containers.landing.list())


def test_a_dead_storage_is_one_sentence_with_the_remedy(environment: Settings) -> None:
    dead = environment.connection_string.rsplit(":", 1)[0] + ":9/devstoreaccount1;"
    with (
        connect(environment.model_copy(update={"connection_string": dead}), prompt=True) as containers,
        pytest.raises(StorageUnavailable, match=r"does not answer; start it with `weather-etl local up`"),
    ):
        list(containers.landing.list())


def test_a_wrong_key_is_one_sentence_without_the_key(environment: Settings) -> None:
    wrong = "d3Jvbmc" + AZURITE_KEY[7:]
    settings = environment.model_copy(
        update={"connection_string": environment.connection_string.replace(AZURITE_KEY, wrong)}
    )
    with connect(settings, prompt=True) as containers, pytest.raises(StorageUnavailable) as caught:
        list(containers.landing.list())
    assert "refused the credentials" in str(caught.value)
    assert wrong not in str(caught.value)


def test_no_account_is_one_sentence() -> None:
    with pytest.raises(StorageUnavailable, match="No storage account is configured"), connect(Settings()):
        pass


def test_an_unreadable_connection_string_is_one_sentence() -> None:
    with (
        pytest.raises(StorageUnavailable, match="cannot be read"),
        connect(Settings(connection_string="AccountKey=secret")),
    ):
        pass


def sas(settings: Settings) -> str:
    from azure.storage.blob import AccountSasPermissions, ResourceTypes, generate_account_sas

    return generate_account_sas(
        "devstoreaccount1",
        AZURITE_KEY,
        ResourceTypes(container=True, object=True, service=True),
        AccountSasPermissions(read=True, list=True, write=True, create=True),
        datetime.now(UTC) + timedelta(hours=1),
    )


def test_a_sas_token_in_a_connection_string_is_enough(environment: Settings) -> None:
    endpoint = environment.connection_string.split("BlobEndpoint=")[1].rstrip(";")
    connection_string = f"BlobEndpoint={endpoint};SharedAccessSignature={sas(environment)}"
    settings = environment.model_copy(update={"connection_string": connection_string})
    with connect(settings, prompt=True) as containers:
        assert containers.landing.upload("a/b.csv", b"x").wrote


def test_a_sas_token_in_the_account_url_is_enough(environment: Settings) -> None:
    endpoint = environment.connection_string.split("BlobEndpoint=")[1].rstrip(";")
    settings = environment.model_copy(
        update={"connection_string": None, "account_url": f"{endpoint}?{sas(environment)}"}
    )
    with connect(settings, prompt=True) as containers:
        containers.landing.upload("a/b.csv", b"x")
        assert [b.name for b in containers.landing.list()] == ["a/b.csv"]


def test_an_upload_of_the_same_bytes_leaves_the_blob_alone(containers: Containers) -> None:
    assert containers.landing.upload("a/b.csv", b"x").wrote
    etag = containers.landing.head("a/b.csv").etag
    assert not containers.landing.upload("a/b.csv", b"x").wrote
    assert containers.landing.head("a/b.csv").etag == etag


def test_blobs_of_other_forms_in_the_lake_are_no_tables(containers: Containers) -> None:
    containers.lake.container.upload("notes.txt", b"x")
    containers.lake.container.upload("daily_weather/a/data.parquet", b"x")
    assert containers.lake.stamps() == {}


def test_the_object_name_is_hive_style() -> None:
    assert Lake.object_name("daily_weather", "szeged") == "daily_weather/station=szeged/data.parquet"


NAMES = ["a/x.csv", "a/Ünïcode 🌧.csv", "a/per%2ecent.csv", "a/quo'te\"&<b>.csv", "b/tab\there.csv", "c/x y+z.csv", "d"]


def test_a_listing_is_what_the_sdk_lists(containers: Containers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "LIST_PAGE", 3)
    for name in NAMES:
        containers.landing.upload(name, name.encode())
    client = containers.landing.client
    client.get_blob_client("a/x.csv").set_blob_metadata({"fingerprint": "0a", "first": "2020-01-01 00:00Z"})
    expected = [blobs.of_properties(item) for item in client.list_blobs(include=["metadata"])]
    assert list(containers.landing.list()) == expected
    assert {b.name for b in expected} == set(NAMES)


def test_a_listing_below_a_prefix_holds_nothing_else(containers: Containers) -> None:
    for name in NAMES:
        containers.landing.upload(name, b"x")
    assert [b.name for b in containers.landing.list("c/")] == ["c/x y+z.csv"]


def test_a_listing_that_was_cut_is_a_failure(containers: Containers, monkeypatch: pytest.MonkeyPatch) -> None:
    containers.landing.upload("a/x.csv", b"x")
    whole = containers.landing.list_page("", "")
    monkeypatch.setattr(container.Container, "list_page", lambda *_: whole[: len(whole) // 2])
    with pytest.raises(StorageUnavailable, match="does not answer"):
        list(containers.landing.list())
