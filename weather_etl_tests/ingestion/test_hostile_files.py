"""Files that the storage gives in another way than they were meant, or does not give at all: each costs itself alone.

Belongs here: Content-Encoding, archive tier, answers that are none of the storage's, `station.toml` of no use.
Does not belong here: what the bytes of a file say (`meteorology/`), outages of the whole storage (`faults/`).
"""

import gzip
import struct
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from azure.storage.blob import ContentSettings

from weather_etl.errors import UserError
from weather_etl.ingestion import shared_files
from weather_etl.ingestion.station import open_station
from weather_etl.lake.connection import Containers, connect
from weather_etl.lake.container import BlobUnreadable, Container, StorageUnavailable
from weather_etl.landing.unpacking import unpack
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.operations.files import file_states
from weather_etl.operations.planning import find_stale
from weather_etl.settings import Settings
from weather_etl_tests.files import shared_csv, weather_csv
from weather_etl_tests.support.runs import RunFailed, execute, process, process_hours
from weather_etl_tests.support.wire import Wire

MB = 1024**2


def put(container: Container, name: str, data: bytes, **settings: Any) -> None:
    """Upload with properties that `Container.upload` does not set; the service stores an MD5 of these bytes."""
    container.client.get_blob_client(name).upload_blob(
        data, overwrite=True, content_settings=ContentSettings(**settings)
    )


def packed_often(block: bytes, times: int) -> bytes:
    """The gzip of a block so many times over; the block is compressed once, for hundreds of megabytes take seconds."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(times):
        checksum = zlib.crc32(block, checksum)
    return _GZIP + packed * times + packer.flush() + struct.pack("<II", checksum, len(block) * times)


_GZIP = b"\x1f\x8b\x08" + bytes(6) + b"\xff"


def test_what_is_packed_often_is_a_whole_gzip() -> None:
    assert gzip.decompress(packed_often(b"abc" * 1000, 7)) == b"abc" * 7000


def states(containers: Containers, station: str = "a") -> dict[str, tuple[str, str]]:
    return {f.name: (f.state, f.detail) for f in file_states(containers, [station])}


def set_tier(containers: Containers, name: str, tier: str) -> None:
    containers.landing.client.get_blob_client(name).set_standard_blob_tier(tier)


# what it is -> the Content-Encoding that is said of it, and how its bytes are packed
ENCODED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", lambda d: gzip.compress(d)),
    "gzip of gzip": ("gzip", lambda d: gzip.compress(gzip.compress(d))),
    "zlib": ("deflate", lambda d: zlib.compress(d)),
    "raw deflate": ("deflate", lambda d: zlib.compress(d)[2:-4]),
    "two": ("deflate, gzip", lambda d: gzip.compress(zlib.compress(d))),
    "false gzip": ("gzip", lambda d: d),
    "false deflate": ("deflate", lambda d: d),
    "false br": ("br", lambda d: d),
}


def test_a_file_is_read_whatever_its_content_encoding(containers: Containers) -> None:
    for number, (name, (encoding, pack)) in enumerate(ENCODED.items()):
        hours = weather_csv(24, first=24 * number)  # of its own, so that no file stands for another
        put(containers.landing, f"a/{name}.csv", pack(hours), content_encoding=encoding)
    process_hours(containers)
    rows = containers.lake.read("validated_observations", "a").arrow.column("landing_file").to_pylist()
    assert Counter(rows) == {f"a/{name}.csv": 24 for name in ENCODED}


def test_a_blob_is_read_as_it_is_stored(containers: Containers) -> None:
    packed = gzip.compress(weather_csv(24), mtime=0)
    put(containers.landing, "a/x.csv", packed, content_encoding="gzip")
    assert containers.landing.read("a/x.csv")[0] == packed


def test_an_encoded_blob_above_32_mb_is_read_in_ranges(containers: Containers) -> None:
    import random

    data = gzip.compress(random.Random(1).randbytes(33 * MB), compresslevel=0)
    put(containers.landing, "a/x.gz", data, content_encoding="gzip")
    assert containers.landing.read("a/x.gz")[0] == data


def test_the_md5_is_of_the_bytes_as_stored(containers: Containers) -> None:
    put(containers.landing, "a/x.csv", gzip.compress(weather_csv(24)))
    wrong = ContentSettings(content_encoding="gzip", content_md5=bytearray(16))
    containers.landing.client.get_blob_client("a/x.csv").set_http_headers(wrong)
    put(containers.landing, "a/y.csv", weather_csv(24))
    process_hours(containers)
    assert {n: s for n, (s, _) in states(containers).items()} == {"a/x.csv": "rejected", "a/y.csv": "ingested"}
    assert states(containers)["a/x.csv"][1].startswith("CHECKSUM")


def test_an_encoding_that_is_not_undone_is_named() -> None:
    with pytest.raises(Rejected) as caught:
        unpack(b"\x1b\x2f\x00\x00\xc4\x01\x02" * 9, "x.csv", "br")
    assert "Content-Encoding: br" in caught.value.detail


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_within_a_gzip_does_not_multiply_the_bound(layers: int) -> None:
    bomb = packed_often(b"0" * MB, 300)
    for _ in range(layers - 1):
        bomb = gzip.compress(bomb, 9)
    with pytest.raises(Rejected) as caught:
        unpack(bomb, "x.csv", "gzip")
    assert caught.value.reason == Reason.DECOMPRESSION_LIMIT


def test_a_bomb_takes_no_more_memory_than_the_limits_say(containers: Containers, environment: Settings) -> None:
    bomb = packed_often(b"2023-01-01 00:00,5.0\n" * 50_000, 600)
    put(containers.landing, "a/bomb.csv", bomb, content_encoding="gzip")
    program = (
        "import resource\n"
        "from weather_etl.settings import Settings\n"
        "from weather_etl.lake.connection import connect\n"
        "from weather_etl.landing.unpacking import unpack\n"
        "from weather_etl.meteorology.formats import source\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with connect(Settings.load()) as c:\n"
        "    data, blob = c.landing.read('a/bomb.csv')\n"
        "try:\n"
        "    unpack(data, 'bomb.csv', blob.content_encoding)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error.reason)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told, megabytes = done.stdout.split("\n")[:2]
    assert told == "Rejected DECOMPRESSION_LIMIT"
    assert int(megabytes) < 2 * 200 * len(bomb) // MB + 60, "more than twice the bound, for the growing buffer"


def test_a_file_in_the_archive_tier_costs_itself_alone(containers: Containers) -> None:
    for name, first in (("x", 0), ("y", 24), ("z", 48)):
        containers.landing.upload(f"a/{name}.csv", weather_csv(24, first=first))
    set_tier(containers, "a/y.csv", "Archive")
    done = process_hours(containers)
    check = done.check("rejected_files")
    assert done["validated_observations"].stamp.rows == 48
    assert not check.passed and "a/y.csv lies in the archive tier; rehydrate it" in check.description
    state, why = states(containers)["a/y.csv"]
    assert state == "unreadable" and "archive tier" in why
    entry = next(e for e in done["raw_observations"].raw.manifest if e["name"] == "a/y.csv")
    assert entry["state"] == "unreadable"


def test_a_file_that_came_back_from_the_archive_tier_is_another_target_and_is_read(containers: Containers) -> None:
    def target() -> str:
        seen = shared_files.take_inventory(containers)
        return find_stale(seen.landing, seen.stamps)[0].target

    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))
    set_tier(containers, "a/y.csv", "Archive")
    process(containers)
    before = target()
    set_tier(containers, "a/y.csv", "Hot")
    assert target() != before
    done = process(containers)
    assert done["validated_observations"].stamp.rows == 48 and done.check("rejected_files").passed
    seen = shared_files.take_inventory(containers)
    assert not find_stale(seen.landing, seen.stamps)


def test_a_file_that_goes_to_the_archive_tier_after_it_was_read_keeps_its_rows(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    process(containers)
    set_tier(containers, "a/x.csv", "Archive")
    seen = shared_files.take_inventory(containers)
    assert not find_stale(seen.landing, seen.stamps)
    done = process_hours(containers, full=True)
    assert done["validated_observations"].stamp.rows == 24
    assert "archive tier" in done.check("rejected_files").description
    assert "archive tier" in states(containers)["a/x.csv"][1]


def test_a_replacement_that_cannot_be_read_leaves_the_old_rows(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    process_hours(containers)
    containers.landing.upload("a/x.csv", weather_csv(36))
    set_tier(containers, "a/x.csv", "Archive")
    assert process_hours(containers)["validated_observations"].stamp.rows == 24
    state, why = states(containers)["a/x.csv"]
    assert state == "pending" and "archive tier" in why
    set_tier(containers, "a/x.csv", "Hot")
    assert process_hours(containers)["validated_observations"].stamp.rows == 36


def test_the_last_attempt_says_which_file_was_not_read(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))
    set_tier(containers, "a/y.csv", "Archive")
    with pytest.raises(RunFailed, match=r"1 file could not be read: a/y\.csv lies in the archive tier"):
        process(containers, tags={"weather_etl/attempt": "3"})


def test_a_shared_file_that_is_not_given_does_not_stop_the_split_of_the_others(containers: Containers) -> None:
    for name in ("1", "2", "3"):
        containers.landing.upload(f"_shared/{name}.csv", shared_csv(["p", "q"], 24, first=24 * int(name)))
    set_tier(containers, "_shared/2.csv", "Archive")
    result = execute(containers, "shared_files_job")
    assert not result.success
    assert len(list(containers.lake.container.list("_split/p/"))) == 2
    told = next(e for e in result.get_asset_check_evaluations() if e.check_name == "shared_files").description
    assert "_shared/2.csv lies in the archive tier" in told


def garbage(name: str, kind: str) -> Callable[[Any, bytes], bytes | None]:
    """What the proxy answers to a GET of the blob."""
    page = b"<!DOCTYPE html><html><body><h1>431</h1><p>Request Header Fields Too Large &nbsp; <br></body></html>"
    answers = {
        "431": (431, {"Content-Type": "text/html"}, page),
        "418 without a word": (418, {}, b""),
        "proxy's page": (403, {"Content-Type": "text/html"}, page),
        "500": (500, {"Content-Type": "text/html"}, page),
        "false encoding": (200, {"Content-Encoding": "gzip", "Content-Range": "bytes nonsense"}, b"no gzip at all"),
    }
    return lambda path: answers[kind] if name in path else None  # type: ignore[return-value]


@pytest.mark.parametrize("kind", ["431", "418 without a word", "500", "false encoding"])
def test_an_answer_that_is_none_of_the_storages_costs_a_file_and_no_station(
    containers: Containers,
    wire: Wire,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))
    wire.answer = garbage("y.csv", kind)
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", wire.connection_string)
    with connect(Settings.load(), prompt=True) as through:
        done = process_hours(through)
    assert done["validated_observations"].stamp.rows == 24
    assert "a/y.csv" in done.check("rejected_files").description


@pytest.mark.parametrize(
    ("status", "waiting_helps"), [(408, True), (429, True), (500, True), (503, True), (418, False)]
)
def test_a_storage_that_is_busy_is_told_from_a_blob_that_is_refused(
    containers: Containers, wire: Wire, status: int, waiting_helps: bool
) -> None:
    containers.landing.upload("a/x.csv", b"x")
    wire.answer = lambda path: (status, {}, b"") if "x.csv" in path else None
    settings = Settings(connection_string=wire.connection_string, landing_container=containers.landing.name)
    with connect(settings, prompt=True) as through, pytest.raises(UserError) as caught:
        through.landing.read("a/x.csv")
    busy = isinstance(caught.value, StorageUnavailable) and caught.value.passing and caught.value.is_answer
    assert busy == waiting_helps and isinstance(caught.value, BlobUnreadable) != waiting_helps


def test_a_listing_that_is_a_proxys_page_is_no_empty_listing(
    containers: Containers,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    wire.answer = lambda path: (200, {}, b"<html><body/></html>") if "comp=list" in path else None
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", wire.connection_string)
    with connect(Settings.load(), prompt=True) as through, pytest.raises(StorageUnavailable, match="none of Azure"):
        list(through.landing.list())


def test_a_container_that_is_being_deleted_is_no_other_writer(
    containers: Containers, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = (409, {"x-ms-error-code": "ContainerBeingDeleted"}, b"")
    wire.answer = lambda path: answer
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", wire.connection_string)
    with connect(Settings.load(), prompt=True) as through:
        for ask in (lambda: list(through.landing.list()), lambda: through.landing.read("a/x.csv")):
            with pytest.raises(StorageUnavailable, match="is being deleted; wait a minute"):
                ask()


def test_a_listing_that_answers_500_names_the_way_to_find_the_blob(
    containers: Containers, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.answer = lambda path: (500, {}, b"") if "comp=list" in path else None
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", wire.connection_string)
    with (
        connect(Settings.load(), prompt=True) as through,
        pytest.raises(
            StorageUnavailable, match=r"answered HTTP 500; .* list its folders one by one .*--prefix STATION/"
        ),
    ):
        list(through.landing.list())


def test_a_station_of_a_shared_file_that_is_called_like_a_missing_value_is_named(containers: Containers) -> None:
    containers.landing.upload("_shared/x.csv", shared_csv(["NA", "p"], 24))
    execute(containers, "shared_files_job")
    (source,) = shared_files.list_sources(containers)
    index = shared_files.read_index(containers.lake.container, source)
    assert index["refused"]["rows"] == 24 and set(source.splits) == {"p"}
    assert index["refused"]["lines"][0]["detail"].startswith("'NA' means no value here; if it is the station's name")


def test_a_table_object_under_a_lease_is_named_and_no_race(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    process(containers)
    name = containers.lake.object_name("daily_weather", "a")
    blob = containers.lake.container.client.get_blob_client(name)
    lease = blob.acquire_lease(60)
    containers.landing.upload("a/y.csv", weather_csv(24, first=24))
    try:
        with pytest.raises(RunFailed, match=r"daily_weather/station=a/data\.parquet is under a lease; break the lease"):
            process(containers)
    finally:
        lease.release()
    assert process(containers)["daily_weather"].status == "written"


def test_a_station_toml_that_is_replaced_while_it_is_read_is_read_again(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/station.toml", b'timezone = "Europe/Paris"')
    read, once = Container.read, [b'timezone = "Asia/Tokyo"']

    def replaced_first(self: Container, name: str, etag: str | None = None) -> object:
        if name == "a/station.toml" and once:
            containers.landing.upload(name, once.pop())
        return read(self, name, etag)

    monkeypatch.setattr(Container, "read", replaced_first)
    assert open_station(containers, "a").settings.timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("a = " + "{a=" * 3000 + "1" + "}" * 3000, "nested too deeply"),
        ("latitude = " + "1" * 5000, "is not valid TOML"),
        ("latitude = 0x" + "f" * 5000, "line 1: latitude is inf; it must lie within"),
        (f'name = "{"x" * 20_000}"', "it has 20,000 characters"),
        ('name = "\\u001b[31m' + "x" * 300 + '"', "it has 305 characters"),
        ("\n".join(f"key{i} = 1" for i in range(5000)), "has 5,000 errors"),
        ("# " + "x" * 2 * MB, "at most 1,048,576 are read"),
    ],
    ids=["lists", "tables", "digits", "hexadecimal", "name", "escape", "many errors", "large"],
)
def test_a_station_toml_of_no_use_is_refused_in_one_sentence(containers: Containers, text: str, told: str) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/station.toml", text.encode())
    with pytest.raises(UserError, match=told) as caught:
        open_station(containers, "a")
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 25_000


def test_a_station_toml_in_the_archive_tier_is_named(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24))
    containers.landing.upload("a/station.toml", b'timezone = "Europe/Paris"')
    set_tier(containers, "a/station.toml", "Archive")
    with pytest.raises(BlobUnreadable, match=r"a/station\.toml lies in the archive tier"):
        open_station(containers, "a")
