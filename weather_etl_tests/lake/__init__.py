"""Tests of `weather_etl/lake`."""
