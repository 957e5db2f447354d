"""The asset graph. One room per layer: what its tables are, and what a person wants to know after each run.

Belongs here: asset specs, metadata of materializations, the step that makes a station's tables.
Does not belong here: computations (`meteorology/`), what a run finds of a station (`ingestion/`).
"""
