"""Jobs over the assets: one station's tables, its serving tables, its report; the shared files; the index; the
neighbours.

Belongs here: what can be started by name.
Does not belong here: when it is started (`sensors/`, `schedules.py`), everything that is stale (`catch_up.py`).
"""

import dagster as dg

from weather_etl.lake.fingerprints import NEIGHBOURS, TABLE_NAMES
from weather_etl.operations import planning

TABLES_JOB = planning.TABLES_JOB
SERVING_JOB = planning.SERVING_JOB
SHARED_JOB = "shared_files_job"
REPORT_JOB = "weather_report_job"
INDEX_JOB = "station_index_job"
NEIGHBOURS_JOB = "neighbour_events_job"
_TAGS = {"dagster/max_runtime": 3600}

weather_etl_job = dg.define_asset_job(
    TABLES_JOB,
    selection=dg.AssetSelection.assets(*TABLE_NAMES),
    description="All tables of one station (partition tag).",
    tags=_TAGS,
)

serving_job = dg.define_asset_job(
    SERVING_JOB,
    selection=dg.AssetSelection.groups("serving"),
    description="Loads the published tables of one station (partition tag) into PostgreSQL.",
    tags=_TAGS,
)

weather_report_job = dg.define_asset_job(
    REPORT_JOB,
    selection=dg.AssetSelection.assets("weather_report"),
    description="The weather report of one station (partition tag).",
    tags={**_TAGS, "dagster/priority": "-1"},  # tables go first
)

station_index_job = dg.define_asset_job(
    INDEX_JOB,
    selection=dg.AssetSelection.assets("station_index"),
    description="The page with all stations.",
    tags={**_TAGS, "dagster/priority": "-1"},
)

neighbour_events_job = dg.define_asset_job(
    NEIGHBOURS_JOB,
    selection=dg.AssetSelection.assets(NEIGHBOURS),
    description="Compares the stations that are near each other, all of them in one run.",
    tags={**_TAGS, "dagster/priority": "-1"},
)

shared_files_job = dg.define_asset_job(
    SHARED_JOB,
    selection=dg.AssetSelection.assets("shared_files") | dg.AssetSelection.checks_for_assets("landing_files"),
    description=(
        "Splits the files of several stations (landing/_shared/) that are new, were replaced or are gone, and names "
        "files that lie in no station's folder."
    ),
    tags={planning.SHARED_TAG: "all", **_TAGS},
)

ASSET_JOBS = [
    weather_etl_job,
    serving_job,
    weather_report_job,
    station_index_job,
    neighbour_events_job,
    shared_files_job,
]
