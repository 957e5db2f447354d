"""What the people on call need: state of stations and files, examination, figures, archiving, starting runs from outside,
and the planning of work. What Dagster shows does not belong here, nor does the making of tables."""
