"""Azurite and PostgreSQL on this machine, for development and tests: installing, starting, stopping, whose they are.
Only the command line imports it; nothing that runs in production belongs here."""
