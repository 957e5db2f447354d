"""What the environment may say, and how it is told when it says something else."""

import pytest

from weather_etl.errors import UserError
from weather_etl.settings import Settings


def test_an_empty_environment_gives_the_defaults():
    assert Settings.load({}) == Settings()


def test_an_empty_variable_counts_as_not_set():
    assert Settings.load({"WEATHER_ETL_MAX_ATTEMPTS": " ", "WEATHER_ETL_ARCHIVE_CONTAINER": ""}) == Settings()


def test_a_variable_sets_its_setting():
    settings = Settings.load({"WEATHER_ETL_MAX_ATTEMPTS": "7", "WEATHER_ETL_UI_URL": " https://dagster.example.net/ "})
    assert settings == Settings(max_attempts=7, ui_url="https://dagster.example.net")


def test_the_constructor_does_not_read_the_environment(monkeypatch):
    monkeypatch.setenv("WEATHER_ETL_MAX_ATTEMPTS", "7")
    assert Settings().max_attempts == 3


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WEATHER_ETL_MAX_ATTEMPTS", "0", "'0'; set it to a whole number from 1 to 999999999."),
        ("WEATHER_ETL_SILENCE_LIMIT_S", "1.5", "'1.5'; set it to a whole number from 1 to 999999999."),
        ("WEATHER_ETL_MAX_ATTEMPTS", "\N{SUPERSCRIPT TWO}", "'²'; set it to a whole number from 1 to 999999999."),
        (
            "WEATHER_ETL_MAX_ATTEMPTS",
            "\N{ARABIC-INDIC DIGIT TWO}",
            "'٢'; set it to a whole number from 1 to 999999999.",
        ),
        ("WEATHER_ETL_MAX_ATTEMPTS", "1000000000", "'1000000000'; set it to a whole number from 1 to 999999999."),
        ("WEATHER_ETL_MAX_ATTEMPTS", "+7", "'+7'; set it to a whole number from 1 to 999999999."),
        ("WEATHER_ETL_MAX_ATTEMPTS", "9" * 5000, f"'{'9' * 76}...; set it to a whole number from 1 to 999999999."),
        ("WEATHER_ETL_WEBHOOK_STYLE", "irc", "'irc'; use slack or teams."),
        ("WEATHER_ETL_LANDING_CONTAINER", "Landing", "'Landing'; a container name has 3-63 lower-case letters"),
        ("WEATHER_ETL_ARCHIVE_CONTAINER", "a--b", "'a--b'; a container name has 3-63 lower-case letters"),
        ("WEATHER_ETL_EVENTS_QUEUE", "q", "'q'; a queue name has 3-63 lower-case letters"),
    ],
)
def test_a_wrong_value_is_told_with_the_variable(name, value, sentence):
    with pytest.raises(UserError) as caught:
        Settings.load({name: value})
    assert str(caught.value).startswith(f"{name} is {sentence}") and str(caught.value).endswith(".")


def test_all_wrong_values_are_told_at_once():
    with pytest.raises(UserError) as caught:
        Settings.load({"WEATHER_ETL_MAX_ATTEMPTS": "many", "WEATHER_ETL_WEBHOOK_STYLE": "irc"})
    assert str(caught.value) == (
        "WEATHER_ETL_WEBHOOK_STYLE is 'irc'; use slack or teams. "
        "WEATHER_ETL_MAX_ATTEMPTS is 'many'; set it to a whole number from 1 to 999999999."
    )


def test_a_container_name_is_as_long_as_azure_allows_and_has_single_hyphens():
    assert Settings.load({"WEATHER_ETL_LAKE_CONTAINER": "a-1"}).lake_container == "a-1"
    assert Settings.load({"WEATHER_ETL_LAKE_CONTAINER": "a" * 63}).lake_container == "a" * 63
    for name in ("a" * 64, "a-" * 40 + "a", "ab", "-ab", "ab-", "a--b-c"):
        with pytest.raises(UserError, match="single hyphens"):
            Settings.load({"WEATHER_ETL_LAKE_CONTAINER": name})


LANDING, LAKE, ARCHIVE = (f"WEATHER_ETL_{name}_CONTAINER" for name in ("LANDING", "LAKE", "ARCHIVE"))


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({LANDING: "weather"}, f"{LANDING} and {LAKE} both name the container 'weather'; give each its own."),
        ({LAKE: "landing"}, f"{LANDING} and {LAKE} both name the container 'landing'; give each its own."),
        ({ARCHIVE: "landing"}, f"{LANDING} and {ARCHIVE} both name the container 'landing'; give each its own."),
        ({ARCHIVE: " weather "}, f"{LAKE} and {ARCHIVE} both name the container 'weather'; give each its own."),
        ({LAKE: "dagster-logs"}, f"{LAKE} is 'dagster-logs', where Dagster's logs are; name another container."),
        (
            {LANDING: "weather", "WEATHER_ETL_MAX_ATTEMPTS": "0"},
            "WEATHER_ETL_MAX_ATTEMPTS is '0'; set it to a whole number from 1 to 999999999. "
            f"{LANDING} and {LAKE} both name the container 'weather'; give each its own.",
        ),
    ],
)
def test_a_container_is_for_one_thing(environ, sentence):
    """Else every table would be shown as a station, and the archive would delete what it has just moved."""
    with pytest.raises(UserError) as caught:
        Settings.load(environ)
    assert str(caught.value) == sentence


def test_containers_that_change_their_names_are_fine():
    assert Settings.load({LANDING: "weather", LAKE: "landing"}).landing_container == "weather"


@pytest.mark.parametrize("name", ["connection_string", "account_url", "postgres_url", "serving_url", "webhook_url"])
def test_a_secret_is_not_in_the_repr(name):
    assert "s3cret" not in repr(Settings(**{name: "https://x/?sig=s3cret"}))
