"""All that Dagster shows, a file per thing that you see in the UI: assets, checks, jobs, schedules, sensors, resources.

Belongs here: the wiring between Dagster and the rooms that do the work.
Does not belong here: anything that could be said without Dagster.
"""
