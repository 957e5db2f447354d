"""Assembly only: assets, checks, jobs, schedules, sensors, resources."""

import dagster as dg

from weather_etl.assets.raw import landing_files
from weather_etl.assets.report import station_index, weather_report
from weather_etl.assets.station_tables import station_tables
from weather_etl.jobs import catch_up_job, weather_etl_job, weather_report_job
from weather_etl.resources import ParquetIOManager
from weather_etl.schedules import full_reconcile, weather_report_sensor
from weather_etl.sensors import landing_files_sensor

defs = dg.Definitions(
    assets=[landing_files, station_tables, weather_report, station_index],
    jobs=[weather_etl_job, catch_up_job, weather_report_job],
    schedules=[full_reconcile],
    sensors=[landing_files_sensor, weather_report_sensor],
    resources={"lake": ParquetIOManager()},
    # In one process: the multiprocess default imports everything again for each step.
    executor=dg.in_process_executor,
)
