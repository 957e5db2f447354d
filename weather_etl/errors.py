"""The one exception for expected failures.

Belongs here: what a person caused or can mend, said in one sentence.
Does not belong here: bugs; those keep their traceback.
"""


class UserError(Exception):
    """An expected failure: one sentence that says what happened, to what, and what to do."""


class WrongUsage(UserError):
    """What was asked for can never be: no such column, no such file on this machine. The command exits with 2."""
