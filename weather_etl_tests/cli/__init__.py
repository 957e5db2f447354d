"""Tests of `weather_etl/cli`."""
