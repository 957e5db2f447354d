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
        ("WEATHER_ETL_MAX_ATTEMPTS", "0", "'0'; set it to a whole number from 1 on."),
        ("WEATHER_ETL_SILENCE_LIMIT_S", "1.5", "'1.5'; set it to a whole number from 1 on."),
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
        "WEATHER_ETL_MAX_ATTEMPTS is 'many'; set it to a whole number from 1 on."
    )


@pytest.mark.parametrize("name", ["connection_string", "account_url", "postgres_url", "serving_url", "webhook_url"])
def test_a_secret_is_not_in_the_repr(name):
    assert "s3cret" not in repr(Settings(**{name: "https://x/?sig=s3cret"}))
