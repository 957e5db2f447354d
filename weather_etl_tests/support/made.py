"""Tables that a run made once, to be laid into other lakes: a run costs twenty times as much.

Belongs here: for tests of what reads tables. Does not belong here: the run that a test is about (`runs.py`).
"""

from weather_etl.lake.connection import connect
from weather_etl.settings import Settings
from weather_etl_tests.conftest import Services, own_containers
from weather_etl_tests.files import weather_csv
from weather_etl_tests.support.lake import Objects, objects
from weather_etl_tests.support.runs import process


class Made:
    """Makes all tables of a station from its files, in containers of their own; of the same files it makes them once.

    They know the files by the ETags of those containers: who compares them with landing finds them stale.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[tuple[str, tuple[tuple[str, bytes], ...]], Objects] = {}

    def __call__(self, station: str = "a", **files: bytes) -> Objects:
        """The objects of its lake; of `x.csv` with two days if no files are given, without their `.csv`."""
        files = files or {"x": weather_csv()}
        key = station, tuple(files.items())
        if key not in self._known:
            with connect(Settings.load(own_containers(self._services))) as containers:
                for name, data in files.items():
                    containers.landing.upload(f"{station}/{name}.csv", data)
                process(containers, station)
                self._known[key] = objects(containers, station)
        return self._known[key]
