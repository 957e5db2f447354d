"""Asset checks: what is promised of a station's tables, each name and description beside the function that evaluates it.

Belongs here: names, descriptions and severities of checks, thresholds, the sentence that a person reads.
Does not belong here: rules that decide on rows and values (`meteorology/`).

All are evaluated with the output of the step that makes their table, from what is in memory then; what they said lies
beside the rows in the table object, so that a run that finds a table unchanged can say it again.
"""

from weather_etl.checks.contract import SCHEMA_AND_KEYS
from weather_etl.checks.files import ASSUMPTIONS, REJECTED_FILES
from weather_etl.checks.neighbours import NEIGHBOURS_AGREE
from weather_etl.checks.observations import OBSERVATION_CHECKS

# Of a station's tables, and of the table of all stations.
TABLE_CHECKS = (
    *(REJECTED_FILES, ASSUMPTIONS, *OBSERVATION_CHECKS),
    *(check for check in SCHEMA_AND_KEYS.values() if check.per_station),
)
NEIGHBOUR_CHECKS = (NEIGHBOURS_AGREE, SCHEMA_AND_KEYS[NEIGHBOURS_AGREE.table])
