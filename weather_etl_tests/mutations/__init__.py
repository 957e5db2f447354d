"""Would the tests notice? Small faults put into the package one by one (`make test-mutations`), outside of the suite.

Belongs here: the faults (`mutants.py`) and the program that tries them (`__main__.py`). Does not belong here: tests.
"""
