"""The serving tables: what BI tools read from PostgreSQL, loaded from the published tables of the lake.

One room per question: *what is served?* `tables.py`; *how does the schema get there?* `database.py`, `migrations/`;
*how do rows get there?* `load.py`, `copy_format.py`.

Nothing in the lake depends on this package: a PostgreSQL that is down makes the serving tables late, and no table of
the lake stale.
"""
