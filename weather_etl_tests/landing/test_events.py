"""What storage events say: both schemas, base64 or plain, and what names no station. Pure."""

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weather_etl.landing.event_queue import Message, queue_connection_string, queue_url
from weather_etl.landing.events import OtherKind, Poison, places_of
from weather_etl.orchestration.sensors.landing_events import Inbox
from weather_etl.settings import azurite_connection_string
from weather_etl_tests.support.storage_events import base64_of, cloud_event, event_grid


@pytest.mark.parametrize("event", [event_grid("szeged/2016.csv"), cloud_event("szeged/2016.csv")])
@pytest.mark.parametrize("encode", [json.dumps, base64_of])
def test_both_schemas_name_their_station_in_base64_and_in_plain_text(event: dict[str, Any], encode: Any) -> None:
    assert places_of(encode(event), "landing") == {"szeged"}


def test_a_deletion_names_its_station() -> None:
    event = event_grid("a/x.csv", kind="Microsoft.Storage.BlobDeleted")
    assert places_of(json.dumps(event), "landing") == {"a"}


def test_a_rename_names_the_station_that_lost_the_file_too() -> None:
    event = event_grid("b/x.csv", kind="Microsoft.Storage.BlobRenamed")
    event["data"]["sourceUrl"] = "https://acc.dfs.core.windows.net/landing/a/x.csv"
    assert places_of(json.dumps(event), "landing") == {"a", "b"}


@pytest.mark.parametrize(
    ("name", "source", "places"),
    [
        ("b", "a", {"a", "b"}),
        ("b/2020", "a/2019/", {"a", "b"}),
        ("_shared/new", "_shared/old", {"_shared/new/", "_shared/old"}),
    ],
)
@pytest.mark.parametrize("host", ["acc.dfs.core.windows.net", "acc.blob.core.windows.net"])
def test_a_renamed_directory_names_both_stations(name: str, source: str, places: set[str], host: str) -> None:
    event = event_grid(name, kind="Microsoft.Storage.DirectoryRenamed")
    event["data"]["sourceUrl"] = f"https://{host}/landing/{source}"
    assert {p.rstrip("/") for p in places_of(json.dumps(event), "landing")} == {p.rstrip("/") for p in places}


@pytest.mark.parametrize("kind", ["DirectoryDeleted", "DirectoryCreated"])
def test_a_directory_of_a_station_names_it(kind: str) -> None:
    assert places_of(json.dumps(event_grid("a", kind=f"Microsoft.Storage.{kind}")), "landing") == {"a"}


@pytest.mark.parametrize("kind", ["BlobTierChanged", "BlobUndeleted", "AsyncOperationInitiated", "SomethingNew"])
def test_any_event_about_a_blob_names_its_station(kind: str) -> None:
    assert places_of(json.dumps(event_grid("a/x.csv", kind=f"Microsoft.Storage.{kind}")), "landing") == {"a"}


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("Microsoft.Storage.LifecyclePolicyCompleted", "BlobDataManagement/LifeCycleManagement/SummaryReport"),
        ("Microsoft.EventGrid.SubscriptionValidationEvent", ""),
    ],
)
def test_an_event_about_no_blob_is_of_another_kind_and_no_poison(kind: str, subject: str) -> None:
    with pytest.raises(OtherKind, match=kind):
        places_of(json.dumps({"eventType": kind, "subject": subject}), "landing")
    inbox = Inbox()
    inbox.sort([Message("1", "", json.dumps({"type": kind, "subject": subject}), 1)], "landing")
    assert [k for _, k in inbox.others] == [kind] and not inbox.poison and not inbox.places


def test_a_shared_file_is_named_itself() -> None:
    assert places_of(json.dumps(event_grid("_shared/all.csv")), "landing") == {"_shared/all.csv"}


def test_a_batch_names_all_its_stations() -> None:
    assert places_of(json.dumps([event_grid("a/x.csv"), cloud_event("b/deep/er/x.csv")]), "landing") == {"a", "b"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        (base64.b64encode(b"\xff\xfe\x00").decode(), "not JSON"),
        ("[" * 30_000, "not JSON"),
        ("[]", "no event"),
        ("42", "no subject"),
        ('{"subject": 7}', "no subject"),
        ('{"subject": "/somewhere/else"}', "names no blob"),
        (json.dumps(event_grid("a/x.csv", container="weather")), "another container"),
        (json.dumps(event_grid("a/x.csv", container="landing2")), "another container"),
        (json.dumps(event_grid("lost.csv")), "outside any station's folder"),
        (json.dumps(event_grid("../x.csv")), "outside any station's folder"),
        (json.dumps(event_grid("a b/x.csv")), "outside any station's folder"),
    ],
)
def test_a_message_that_names_no_station_is_poison(body: str, why: str) -> None:
    with pytest.raises(Poison, match=why):
        places_of(body, "landing")


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(
    st.sampled_from(["subject", "eventType", "type", "data"]) | st.text(), c)).map(json.dumps))  # fmt: skip
def test_any_message_is_a_station_or_poison(body: str) -> None:
    with contextlib.suppress(Poison, OtherKind):
        assert places_of(body, "landing")


def message(number: int) -> Message:
    return Message(str(number), "", json.dumps(event_grid("x/x.csv")), 1)


def test_messages_of_settled_stations_are_no_longer_needed() -> None:
    one, two = message(1), message(2)
    inbox = Inbox({"a": [one], "b": [two]})
    assert inbox.no_longer_needed({"a"}) == [one]


def test_of_many_messages_about_an_unsettled_station_one_stays() -> None:
    messages = [message(i) for i in range(5)]
    assert len(Inbox({"a": messages}).no_longer_needed(set())) == 4


def test_a_message_stays_while_it_names_a_station_that_no_earlier_one_does() -> None:
    one, two, three = message(1), message(2), message(3)
    assert Inbox({"a": [one], "b": [two]}).no_longer_needed(set()) == []
    assert Inbox({"a": [one, two], "b": [two]}).no_longer_needed(set()) == []
    assert Inbox({"a": [one, two, three], "b": [two, three], "c": [three]}).no_longer_needed({"c"}) == [three]


def test_a_message_about_two_stations_stays_while_either_is_unsettled() -> None:
    both = message(1)
    assert Inbox({"a": [both], "b": [both]}).no_longer_needed({"a"}) == []


def test_the_queue_endpoint_of_a_connection_string_that_names_the_blob_service_alone() -> None:
    blob_only = "AccountName=devstoreaccount1;AccountKey=k==;BlobEndpoint=http://127.0.0.1:10010/devstoreaccount1;"
    assert queue_connection_string(blob_only).startswith("QueueEndpoint=http://127.0.0.1:10011/devstoreaccount1;")
    complete = azurite_connection_string(10010)
    assert "QueueEndpoint=http://127.0.0.1:10011/devstoreaccount1;" in complete
    assert queue_connection_string(complete) == complete
    cloud = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=k==;EndpointSuffix=core.windows.net"
    assert queue_connection_string(cloud) == cloud


def test_the_queue_endpoint_of_an_account_url() -> None:
    assert queue_url("https://acc.blob.core.windows.net?sv=1&sig=x") == "https://acc.queue.core.windows.net?sv=1&sig=x"
