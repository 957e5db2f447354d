"""Assembly only: assets, checks, jobs, schedules, sensors, resources."""

import dagster as dg

from weather_etl.assets.raw import landing_files
from weather_etl.assets.report import station_index, weather_report
from weather_etl.assets.serving import serving_tables
from weather_etl.assets.shared import shared_files_asset
from weather_etl.assets.station_tables import station_tables
from weather_etl.event_sensor import landing_events_sensor
from weather_etl.housekeeping import housekeeping_job, housekeeping_schedule
from weather_etl.jobs import catch_up_job, serving_job, shared_files_job, weather_etl_job, weather_report_job
from weather_etl.notifications import notification_sensor
from weather_etl.resources import ParquetIOManager
from weather_etl.schedules import full_reconcile, weather_report_sensor
from weather_etl.sensors import landing_files_sensor
from weather_etl.serving.sensor import serving_sensor

defs = dg.Definitions(
    assets=[landing_files, shared_files_asset, station_tables, serving_tables, weather_report, station_index],
    jobs=[weather_etl_job, shared_files_job, catch_up_job, serving_job, weather_report_job, housekeeping_job],
    sensors=[
        landing_files_sensor,
        landing_events_sensor,
        serving_sensor,
        weather_report_sensor,
        notification_sensor,
    ],
    schedules=[full_reconcile, housekeeping_schedule],
    resources={"lake": ParquetIOManager()},
    # In one process: the multiprocess default imports everything again for each step.
    executor=dg.in_process_executor,
)
