"""When each sensor last did its work: a code location that died keeps every sensor still while the daemon stays healthy.

Belongs here: the last good tick of each running sensor, as Dagster's history has it.
Does not belong here: judging (`doctor.py`), figures (`metrics.py`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from weather_etl.private_names import TickStatus

if TYPE_CHECKING:
    import dagster as dg

LATE_S = 300  # far beyond the interval of every sensor of ours


@dataclass(frozen=True)
class SensorTicks:
    """One running sensor: when its last tick ended well, in seconds since 1970 (0: never), and why the last one did not.

    `error` is empty where the last tick was good, and where there was none.
    """

    name: str
    last_good: float = 0.0
    error: str = ""

    def is_late(self, now: float) -> bool:
        return now - self.last_good > LATE_S


def sensor_ticks(instance: "dg.DagsterInstance") -> list[SensorTicks]:
    """The sensors that are on, by name. One that the daemon has never met is not among them."""
    by_name: dict[str, SensorTicks] = {}
    for state in instance.all_instigator_state():
        if state.instigator_type.value != "SENSOR" or state.status.value == "STOPPED":
            continue
        good = instance.get_ticks(
            state.instigator_origin_id,
            state.selector_id,
            limit=1,
            statuses=[TickStatus.SUCCESS, TickStatus.SKIPPED],
        )
        last = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        error = last[0].error.message.strip() if last and last[0].error else ""
        ticks = SensorTicks(state.instigator_name, good[0].timestamp if good else 0.0, error)
        known = by_name.get(ticks.name)  # of an earlier name of the code location
        if known is None or known.last_good < ticks.last_good:
            by_name[ticks.name] = ticks
    return [by_name[name] for name in sorted(by_name)]
