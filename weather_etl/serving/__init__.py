"""The serving tables: what BI tools read from PostgreSQL, loaded from the published tables of the lake.

Belongs here: what is served, how the schema gets there and how rows do, which stations are late.
Does not belong here: when they are loaded (`orchestration/sensors/serving.py`), making a table.

Nothing in the lake depends on this package: a PostgreSQL that is down makes the serving tables late, and no table of
the lake stale.
"""
