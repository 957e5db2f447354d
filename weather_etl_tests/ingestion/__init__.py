"""Tests of `weather_etl/ingestion`."""
