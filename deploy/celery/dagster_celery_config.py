"""Settings of the Celery workers; `dagster_celery.app` takes this module from PYTHONPATH.

Belongs here: the broker, and how a worker takes runs. Does not belong here: what a run does.
"""

import logging
import os

# A worker shows what every library says; these two say several lines per request.
for _talkative in ("azure", "alembic"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)

broker_url = os.environ["WEATHER_ETL_BROKER_URL"]
result_backend = broker_url
broker_connection_retry_on_startup = True

# A worker takes a run when it has a free process for it, and none in stock: what a dying worker holds in stock would
# come back to the others only after Redis' visibility timeout, an hour.
worker_prefetch_multiplier = 1
worker_disable_prefetch = True

# A run leaves the queue when it starts, so that no two workers ever work on it. If its worker dies, the run is
# reported failed by run_monitoring or by landing_files_sensor, and its stations, still stale, are requested anew.
task_acks_late = False

# A process is used for many runs, which saves them the imports; memory that libraries keep is returned now and then.
worker_max_tasks_per_child = 100
