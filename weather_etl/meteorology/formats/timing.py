"""The times of a file as they are read: the record that several steps share.

Belongs here: the record. Does not belong here: choosing a form (`time_choice.py`), zones (`zones.py`).
"""

from dataclasses import dataclass

import pyarrow as pa


@dataclass
class Timing:
    """The times of a file.

    Attributes:
        texts: of every row.
        at: positions of their columns.
        form: see `cell_times.read_form`.
        read: share of the rows that it reads.
        why: what decided the form.
        names: of the columns.
    """

    texts: pa.ChunkedArray
    at: tuple[int, ...]
    form: str = "iso"
    read: float = 1.0
    why: str = ""
    names: tuple[str, ...] = ()

    @property
    def example(self) -> str:
        """The first of the times, for a person; "" where there is none among the first rows."""
        return next((t for t in self.texts.slice(0, 20).to_pylist() if t and t.strip()), "")
