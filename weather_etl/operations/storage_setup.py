"""`python -m weather_etl.operations.storage_setup`: create the containers, and the queue if there is to be one.

Belongs here: what must exist in the storage account before the first run. Does not belong here: roles and event
subscriptions, which are the account's (docs/deploy.md); starting services (`local/services.py`).
"""

import sys

from weather_etl.errors import UserError
from weather_etl.settings import LOGS_CONTAINER, Settings


def create_storage(settings: Settings) -> list[str]:
    """Create what is missing; the names of all that is there now.

    Raises:
        UserError: no account is configured, or it does not answer or refuses us.
    """
    from weather_etl.lake.azure_blob import blob_resource
    from weather_etl.lake.connection import connect
    from weather_etl.lake.container import Container
    from weather_etl.landing.event_queue import connect_queue

    with connect(settings, prompt=True) as containers:
        containers.landing.create()
        containers.lake.container.create()
        made = [containers.landing.name, containers.lake.container.name, LOGS_CONTAINER]
    with blob_resource(settings.connection_string, settings.account_url, prompt=True).get_client() as service:
        Container(service.get_container_client(LOGS_CONTAINER)).create()
    if settings.events_queue:
        with connect_queue(settings) as queue:
            queue.create()
            made.append(queue.name)
    return made


def main() -> int:
    """Exit code 1 and one sentence on standard error if it could not be done."""
    try:
        print(f"Storage is ready: {', '.join(create_storage(Settings.load()))}.")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
