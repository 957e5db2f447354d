"""What the people on call need, and which runs are due.

Belongs here: state of stations and files, examination, figures, archiving, starting runs from outside, planning of work.
Does not belong here: what Dagster shows (`orchestration/`), the making of tables.
"""
