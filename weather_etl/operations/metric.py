"""One figure for Prometheus with its samples.

Belongs here: the record. Does not belong here: any particular figure (`metrics.py`, `station_metrics.py`).
"""

from prometheus_client.core import GaugeMetricFamily


class Metric(GaugeMetricFamily):
    """A gauge and its samples; each has a value for every one of the labels that the gauge is made with."""

    def __init__(self, name: str, help: str, *labels: str) -> None:
        super().__init__(name, help, labels=labels)

    def add(self, value: float, *labels: str) -> None:
        self.add_metric(labels, value)
