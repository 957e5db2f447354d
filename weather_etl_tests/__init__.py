"""Tests of weather_etl; they mirror the package."""
