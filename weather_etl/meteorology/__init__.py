"""The pure core: frames in, frames out.

Belongs here: what a file says, what a value means, whether it is good, how it is summed; with pandas, numpy and Arrow.
Does not belong here: where files come from and where tables go; nothing here knows of Dagster, Azure or SQL.
"""
