"""The promises of the manifest: whatever happens to files, in whatever order, the tables are those of a small model.

Real Azurite; only the clock of the landing container is ours, so that files can be back-dated.
"""

import os
import random
import subprocess
import sys
import textwrap
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from weather_etl.lake.connection import Containers
from weather_etl.lake.container import Container
from weather_etl.lake.fingerprints import TABLE_NAMES
from weather_etl.landing import listing
from weather_etl.landing.versions import FileVersion, StationFiles
from weather_etl.operations.files import file_states
from weather_etl_tests.files import HEADER, row, weather_csv
from weather_etl_tests.support.lake import RAW, objects, put, tables, temperatures
from weather_etl_tests.support.runs import process, process_hours, process_observations

START = datetime(2021, 1, 1, tzinfo=UTC)


# content -> (bytes, hour -> temperature); None: a file of no use
HOURS = {"early": (0, 4, 1.0), "late": (2, 4, 2.0), "short": (0, 2, 3.0), "again": (0, 4, 4.0)}
CONTENTS: dict[str, tuple[bytes, dict[int, float] | None]] = {
    name: (weather_csv(n, first=first, temperature=t), dict.fromkeys(range(first, first + n), t))
    for name, (first, n, t) in HOURS.items()
} | {"bad": (b"PAR1 of no use", None)}
NAMES = ("x.csv", "y.csv", "deep/z.csv", "Ünï 🌧.csv")


class Model:
    """What a manifest should hold: name -> (content, when it landed)."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, datetime]] = {}

    def process(self, listed: dict[str, tuple[str, datetime]]) -> None:
        known = self.files
        self.files = {
            name: (content, known[name][1] if name in known and known[name][0] == content else landed)
            for name, (content, landed) in listed.items()
        }

    def expected(self) -> tuple[dict[str, str], dict[int, float]]:
        """State of every file, and the temperature of every hour."""
        states: dict[str, str] = {}
        hours: dict[int, float] = {}
        seen: set[str] = set()
        for name in sorted(self.files, key=lambda n: (self.files[n][1], n)):
            content = self.files[name][0]
            rows = CONTENTS[content][1]
            if rows is None:
                states[name] = "rejected"
            elif content in seen:
                states[name] = "same bytes"
            else:
                seen.add(content)
                states[name] = "ingested"
                hours |= rows
        return states, hours


class LandingMachine(RuleBasedStateMachine):
    """Uploads, overwrites, deletions, touches, second names, back-dated and partial listings of one station."""

    containers: ClassVar[Containers]

    def __init__(self) -> None:
        super().__init__()
        self.station = f"s{uuid.uuid4().hex[:10]}"
        self.clock = START
        self.landed: dict[str, datetime] = {}  # ETag -> when, by our clock
        self.present: dict[str, tuple[str, datetime]] = {}
        self.model = Model()
        self.patch = pytest.MonkeyPatch()
        self.hidden: set[str] = set()
        real = listing.list_station

        def listed(container: Container, station: str) -> StationFiles:
            files = [
                replace(f, landed_at=self.landed[f.etag])
                for f in real(container, station).files
                if f.name not in self.hidden
            ]
            return StationFiles(sorted(files, key=lambda f: (f.landed_at, f.name)))

        self.patch.setattr(listing, "list_station", listed)

    def _stamp(self, name: str, content: str, back: int) -> None:
        self.clock += timedelta(minutes=1)
        at = self.clock - timedelta(hours=back)
        self.landed[self.containers.landing.head(name).etag] = at
        self.present[name] = (content, at)

    @rule(name=st.sampled_from(NAMES), content=st.sampled_from(sorted(CONTENTS)), back=st.sampled_from([0, 0, 5]))
    def upload(self, name: str, content: str, back: int) -> None:
        full = f"{self.station}/{name}"
        self.containers.landing.client.get_blob_client(full).upload_blob(CONTENTS[content][0], overwrite=True)
        self._stamp(full, content, back)

    @precondition(lambda self: self.present)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.present)))
        self.containers.landing.delete(name)
        del self.present[name]

    @precondition(lambda self: self.present)
    @rule(data=st.data(), back=st.sampled_from([0, 5]))
    def touch(self, data: st.DataObject, back: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.present)))
        client = self.containers.landing.client.get_blob_client(name)
        client.set_blob_metadata({"touched": uuid.uuid4().hex})
        self._stamp(name, self.present[name][0], back)

    @precondition(lambda self: self.present)
    @rule(data=st.data())
    def process(self, data: st.DataObject) -> None:
        """A run that sees all files, or some of them: what is hidden comes back later, in another order."""
        hidden = data.draw(st.sets(st.sampled_from(sorted(self.present)), max_size=len(self.present) - 1))
        self._process(hidden if data.draw(st.booleans()) else set())

    def _process(self, hidden: set[str]) -> None:
        self.hidden = hidden
        process_observations(self.containers, self.station)
        self.model.process({n: f for n, f in self.present.items() if n not in hidden})
        states, hours = self.model.expected()
        raw = self.containers.lake.read(RAW, self.station)
        assert {e["name"]: e["state"] for e in raw.manifest} == states
        assert {e["name"]: e["etag"] for e in raw.manifest} == {n: self.containers.landing.head(n).etag for n in states}
        rows = self.containers.lake.read("validated_observations", self.station).arrow.to_pylist()
        origin = datetime(2020, 1, 1, tzinfo=UTC)
        assert {
            int((r["timestamp"] - origin).total_seconds() // 3600): float(round(r["temperature_c"])) for r in rows
        } == hours

    def teardown(self) -> None:
        """In the end everything is seen; and reading it all again changes no byte."""
        try:
            if self.present:
                self._process(set())
                process(self.containers, self.station)
                before = tables(self.containers, self.station)
                process(self.containers, self.station, full=True)
                assert tables(self.containers, self.station) == before
        finally:
            self.patch.undo()


def run_machine(containers: Containers, *, examples: int, steps: int, seed: int) -> None:
    machine = type("Machine", (LandingMachine,), {"containers": containers})
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=settings)


def test_whatever_happens_to_files_the_tables_are_those_of_the_model(containers: Containers) -> None:
    run_machine(containers, examples=2, steps=10, seed=1)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_a_hundred_histories_of_files_end_in_the_tables_of_the_model(containers: Containers) -> None:
    for seed in range(100):
        run_machine(containers, examples=1, steps=20, seed=seed)


NO_SETTINGS = StationFiles()


def shuffled(
    containers: Containers, versions: list[FileVersion], choose: random.Random, station: StationFiles = NO_SETTINGS
) -> dict[str, object]:
    """The tables after the versions came in a random order, in random batches; `station` has its settings."""
    for table in TABLE_NAMES:
        containers.lake.container.delete(containers.lake.object_name(table, "a"))
    order = choose.sample(versions, len(versions))
    seen: list[FileVersion] = []
    while len(seen) < len(order):
        seen += order[len(seen) : len(seen) + choose.randint(1, 3)]
        files = replace(station, files=sorted(seen, key=lambda f: (f.landed_at, f.name)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(listing, "list_station", lambda container, station, files=files: files)
            (process if len(seen) == len(order) else process_observations)(containers)
    return tables(containers)


def check_shuffles(containers: Containers, number: int) -> None:
    contents = [*(CONTENTS[c][0] for c in ("early", "late", "again", "bad", "early")), weather_csv(3, first=1)]
    for i, data in enumerate(contents):
        containers.landing.upload(f"a/{i}.csv", data)
    listed = listing.list_station(containers.landing, "a").files
    versions = [replace(f, landed_at=START + timedelta(hours=(7 * i) % 5)) for i, f in enumerate(listed)]
    outcomes = [shuffled(containers, versions, random.Random(seed)) for seed in range(number)]
    assert [i for i, outcome in enumerate(outcomes) if outcome != outcomes[0]] == []


def test_the_same_versions_in_any_order_and_batches_give_the_same_bytes(containers: Containers) -> None:
    check_shuffles(containers, 2)


def test_hours_that_the_clock_shows_twice_are_told_apart_in_any_order_and_batches(containers: Containers) -> None:
    clock = ("01:00,1", "01:30,1", "02:00,2", "02:30,2"), ("02:00,3", "02:30,3"), ("03:00,4", "03:30,4")
    for i, rows in enumerate(clock):
        lines = [f"2020-10-25 {r}" for r in rows]
        containers.landing.upload(f"a/{i}.csv", "\n".join(["Time,Temperature (C)", *lines]).encode())
    containers.landing.upload("a/station.toml", b'timezone = "Europe/Budapest"')
    listed = listing.list_station(containers.landing, "a")
    outcomes = [shuffled(containers, listed.files, random.Random(seed), listed) for seed in range(3)]
    assert outcomes[1:] == outcomes[:-1]
    assert temperatures(containers) == [1.0, 2.0, 3.0, 4.0, 4.0]


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_two_hundred_shuffles_give_the_same_bytes(containers: Containers) -> None:
    check_shuffles(containers, 200)


def test_the_old_rows_of_a_file_stay_while_its_new_version_cannot_be_read_yet(
    containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    containers.landing.upload("a/x.csv", weather_csv(24, temperature=5.0))
    process_observations(containers)
    containers.landing.upload("a/x.csv", weather_csv(24, temperature=6.0))
    overtaken = listing.list_station(containers.landing, "a")
    containers.landing.upload("a/x.csv", weather_csv(24, temperature=7.0))
    containers.landing.upload("a/y.csv", weather_csv(2, first=24, temperature=8.0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "list_station", lambda container, station: overtaken)
        raw = process_observations(containers)[RAW].raw
    assert (raw.pending, temperatures(containers)) == (["a/x.csv"], [5.0] * 24)
    process_observations(containers)
    assert temperatures(containers) == [7.0] * 24 + [8.0] * 2


def test_only_settings_that_decide_how_a_file_is_cut_read_it_again(containers: Containers, reads: list[str]) -> None:
    containers.landing.upload("a/x.csv", weather_csv(4))
    process(containers, tables=[RAW])
    without_settings = objects(containers)
    for toml, again in (
        (b'timezone = "Asia/Kolkata"', True),
        (b"latitude = 47.0\nlongitude = 20.0\nelevation_m = 80", False),
        (b"live = true", False),
        (b'pressure = "station"', False),
        (b'[units]\ntemperature_c = "F"', True),
        (b"[limits]\ntemperature_c = { fail = [-60, 50] }", False),
        (b'[aliases]\nLuft = "temperature_c"', True),
        (b'encoding = "cp1250"', True),
        (b'[dialect]\ndecimal = "."', True),
        (b'source_ids = ["12982"]', True),
    ):
        put(containers, without_settings)
        containers.landing.upload("a/station.toml", toml)
        reads.clear()
        process(containers, tables=[RAW])
        assert ("a/x.csv" in reads) is again, toml


def test_a_file_of_another_id_is_taken_as_soon_as_the_settings_know_the_id(containers: Containers) -> None:
    rows = [f"12982,{row(h)}" for h in range(3)] + [f"99999,{row(h)}" for h in range(3, 24)]
    containers.landing.upload("a/x.csv", "\n".join([f"station,{HEADER}", *rows]).encode())
    (entry,) = process_observations(containers)[RAW].raw.manifest
    assert entry["state"] == "rejected"
    containers.landing.upload("a/station.toml", b'source_ids = ["12982", "99999"]')
    (entry,) = process_observations(containers)[RAW].raw.manifest
    assert (entry["state"], entry["rows"]) == ("ingested", 24)


STRANGE_NAMES = [
    "a/🌪️👩‍🔬.csv",
    "a/quo'te\"`$(rm -rf).csv",
    "a/'; drop table stations; --.csv",
    "a/line\nbreak.csv",
    "a/tab\tstop.csv",
    "a/per%2ecent%2F..%2f.csv",
    "a/question?mark#hash&amp;<b>.csv",
    "a/back\\slash.csv",
    "a/ leading and trailing .csv",
    "a/dots...csv",
    "a/=cmd().csv",
    "a/" + "n" * 1022,
    "a/" + "é" * 500,
    "a/\u202egnp.csv",
]
UNREACHABLE_NAMES = ["a/../b/x.csv", "a/./x.csv", "..%2fx.csv"]


def upload_as_another_would(containers: Containers, name: str, data: bytes) -> bool:
    """Upload as another program would; False if the service takes no such name."""
    from azure.core.exceptions import AzureError

    try:
        containers.landing.client.get_blob_client(name).upload_blob(data)
    except (AzureError, ValueError):
        return False
    return True


def test_every_name_that_the_service_takes_is_ingested_or_reported(containers: Containers) -> None:
    taken = [n for i, n in enumerate(STRANGE_NAMES) if upload_as_another_would(containers, n, weather_csv(1, first=i))]
    for name in UNREACHABLE_NAMES:
        upload_as_another_would(containers, name, weather_csv(1))
    listed = {b.name for b in containers.landing.list()}
    process_observations(containers)
    states = {f.name: f.state for f in file_states(containers)}
    assert states.keys() == listed
    assert len(taken) >= 12
    strays = {n: s for n, s in states.items() if s != "ingested"}
    assert set(strays.values()) <= {"unroutable"}
    hours = containers.lake.read("validated_observations", "a").arrow.num_rows
    assert hours == len(listed) - len(strays)


def test_a_name_lives_on_in_every_table_as_it_is(containers: Containers) -> None:
    name = "a/line\nbreak 🌧 'quo\"te' %2e.csv"
    assert upload_as_another_would(containers, name, weather_csv(3) + b"cut\r\n")
    process_hours(containers)
    for table in (RAW, "validated_observations", "quarantined_rows"):
        assert set(containers.lake.read(table, "a").arrow.column("landing_file").to_pylist()) == {name}


def upload_many(containers: Containers, number: int) -> None:
    def one(i: int) -> None:
        containers.landing.client.get_blob_client(f"a/{i:05}.csv").upload_blob(weather_csv(1, first=i))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(number)))


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_one_poison_file_among_999_costs_only_itself(containers: Containers) -> None:
    upload_many(containers, 999)
    containers.landing.upload("a/00500a.csv", b"PAR1\0\xff" * 100)
    check = process_hours(containers).check("rejected_files")
    assert (check.passed, check.metadata["rejected"].value) == (False, "1")
    assert "a/00500a.csv" in check.description
    assert containers.lake.read("validated_observations", "a").arrow.num_rows == 999


PEAK = textwrap.dedent(
    """
    import resource
    from weather_etl.settings import Settings
    from weather_etl.lake.connection import connect
    from weather_etl_tests.support.runs import process, process_hours

    with connect(Settings.load()) as containers:
        process(containers)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    """
)


def peak_megabytes() -> int:
    """Peak memory of a process that brings station a up to date."""
    done = subprocess.run([sys.executable, "-c", PEAK], env=os.environ, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_ten_thousand_one_row_files_stay_below_a_gigabyte(containers: Containers) -> None:
    upload_many(containers, 10_000)
    peak = peak_megabytes()
    print(f"10,000 one-row files: {peak} MB")
    assert containers.lake.read("validated_observations", "a").arrow.num_rows == 10_000
    assert peak < 1024


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_a_file_of_one_gigabyte_is_refused_without_being_read_and_the_others_are_in(containers: Containers) -> None:
    from azure.storage.blob import BlobBlock

    header, _, body = weather_csv(8760).partition(b"\r\n")
    client = containers.landing.client.get_blob_client("a/huge.csv")
    client.stage_block("0" * 8, header + b"\r\n")
    blocks = 1024**3 // (len(body) * 20) + 1
    for i in range(1, blocks + 1):
        client.stage_block(f"{i:08}", body * 20)
    client.commit_block_list([BlobBlock(f"{i:08}") for i in range(blocks + 1)])
    containers.landing.upload("a/x.csv", weather_csv())
    peak = peak_megabytes()
    print(f"a file of 1 GB: {peak} MB")
    states = {f.name: (f.state, f.entry["reason"]) for f in file_states(containers, ["a"])}
    assert states == {"a/huge.csv": ("rejected", "TOO_LARGE"), "a/x.csv": ("ingested", None)}
    assert peak < 1024


def test_a_raw_object_of_an_older_version_without_some_columns_is_read_and_made_anew(containers: Containers) -> None:
    containers.landing.upload("a/x.csv", weather_csv())
    process(containers)
    whole = tables(containers)
    there = containers.lake.read(RAW, "a")
    older = there.arrow.drop_columns(["report_type", "snow_depth_cm"])
    manifest = [{**entry, "reader_key": "older"} for entry in there.manifest]
    containers.lake.write(
        RAW, "a", older, fingerprint="older", if_match=there.stamp.etag, manifest=manifest, checks=None
    )
    process(containers)
    assert tables(containers) == whole
