"""The weather report: one self-contained HTML page per station, and an index of all stations.

Belongs here: figures drawn from published tables (`facts.py`), pictures (`pictures.py`), the pages (`pages.py`), where
they lie and whether they are stale (`publish.py`).
Does not belong here: computing a table (`meteorology/`), Dagster (`orchestration/assets/report.py`).

matplotlib and jinja2 are imported nowhere else.
"""
