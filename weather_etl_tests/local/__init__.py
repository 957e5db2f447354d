"""Tests of `weather_etl/local`."""
