"""The sensors, one file each: what they look at, and which runs they request.

Belongs here: ticks.
Does not belong here: decisions (`operations/planning.py`), what is stale.
"""
