"""Tests of `weather_etl/operations`."""
