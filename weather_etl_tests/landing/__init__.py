"""Tests of `weather_etl/landing`."""
