"""Azurite and PostgreSQL on this machine, for development and tests: installing, starting, stopping, whose they are.

Belongs here: what `weather-etl local` and `make` do for a developer; only the command line imports it.
Does not belong here: anything that runs in production.
"""
