"""What several test files need: runs of the graph, and what they left.

Belongs here: helpers. Does not belong here: tests, fixtures (`conftest.py`), weather data (`files.py`).
"""
