"""Tests of `weather_etl/orchestration`."""
