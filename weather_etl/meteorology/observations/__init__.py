"""What raw rows mean: text rows -> one observation per station and hour.

Belongs here: which value an hour gets, duplicates and conflicts, the validated table and its events, the balance of rows.
Does not belong here: cutting a file into rows (`cutting.py`), reading a cell (`cells.py`), thresholds (`quality/`).

`observe.py` is the whole way.
"""

from weather_etl.meteorology.observations.observe import Observations, observe
from weather_etl.meteorology.observations.provenance import Balance
from weather_etl.meteorology.observations.texts import repeated_text, text_array

__all__ = ["Balance", "Observations", "observe", "repeated_text", "text_array"]
