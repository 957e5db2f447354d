"""Tables as files for a spreadsheet: CSV, or xlsx with a sheet that explains the columns.

Belongs here: the two forms, cells that no spreadsheet takes for a formula (ingestion rule 12), whole files only.
Does not belong here: which table and stations (`cli/tables.py`), refused rows (`quarantine.py`).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weather_etl.errors import UserError, WrongUsage
from weather_etl.redaction import cell

if TYPE_CHECKING:
    import pandas as pd

Writer = Callable[["Iterable[pd.DataFrame]", Path], int]

MAX_SHEET_ROWS = 1_048_576  # of a sheet, its header included
_NO_TEXT = "fiubmM"  # numbers, truth values and times, by numpy's letters


def safe(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The same rows, in which no text begins a formula (`redaction.cell`)."""
    texts = [c for c in frame.columns if frame[c].dtype.kind not in _NO_TEXT]
    return frame.assign(**{c: frame[c].astype(object).map(cell) for c in texts})


def write(frames: "Iterable[pd.DataFrame]", path: Path, *, as_is: bool = False) -> int:
    """Write the rows of frames with the same columns to a file, whose ending says its form; how many there are.

    A file that is there already is replaced when the new one is whole.

    Args:
        frames: as `tables.read` gives them, one after the other.
        path: ends in .csv or .xlsx.
        as_is: leave texts that a spreadsheet takes for formulas.

    Raises:
        WrongUsage: the ending is another one, or the file cannot be written.
        UserError: there are more rows than a sheet holds.
    """
    forms: dict[str, Writer] = {".csv": _write_csv, ".xlsx": _write_xlsx}
    form = forms.get(path.suffix.lower())
    if form is None:
        raise WrongUsage(f"{path} ends in neither .csv nor .xlsx; name a file that does.")
    with _whole(path) as draft:
        return form(frames if as_is else map(safe, frames), draft)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place in the end."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written ({error.strerror or error}); choose another --out.") from None
    finally:
        draft.unlink(missing_ok=True)


def _write_csv(frames: "Iterable[pd.DataFrame]", path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, frame in enumerate(frames):
            frame.to_csv(file, index=False, header=number == 0, lineterminator="\n")
            rows += len(frame)
    return rows


def _write_xlsx(frames: "Iterable[pd.DataFrame]", path: Path) -> int:
    import xlsxwriter

    # Row by row to disk; a text that looks like a link or a formula stays a text.
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        return _fill(book, iter(frames))
    finally:
        book.close()


def _fill(book: Any, frames: "Iterator[pd.DataFrame]") -> int:
    first = next(frames)
    bold = book.add_format({"bold": True})
    moment, day = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd hh:mm", "yyyy-mm-dd"))
    sheet = book.add_worksheet(first.attrs["table"])
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, list(first.columns), bold)
    row = 0
    for frame in chain([first], frames):
        if row + len(frame) >= MAX_SHEET_ROWS:
            raise UserError(
                f"There are more rows than a sheet holds ({MAX_SHEET_ROWS - 1:,}); write a .csv, or fewer stations."
            )
        formats = [_time_format(frame[c], moment, day) for c in frame.columns]
        for values in zip(*(_cells(frame[c]) for c in frame.columns), strict=True):
            row += 1
            for column, value in enumerate(values):
                if value is not None:
                    sheet.write(row, column, value, formats[column])
    _explain(book, first.attrs, bold)
    return row


def _time_format(values: "pd.Series[Any]", moment: Any, day: Any) -> Any:
    if values.dtype.kind != "M":
        return None
    is_days = getattr(values.dtype, "tz", None) is None
    return day if is_days else moment


def _cells(values: "pd.Series[Any]") -> list[Any]:
    """Python values, None where there is none; times without their zone, which a sheet cannot hold: they are UTC."""
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    missing = values.isna()
    if values.dtype.kind == "M":
        plain: list[Any] = list(values.dt.to_pydatetime())
    else:
        plain = values.astype(object).tolist()
    return [None if absent else value for value, absent in zip(plain, missing, strict=True)]


def _explain(book: Any, about: Mapping[Any, Any], bold: Any) -> None:
    """A sheet with the unit and the meaning of each column."""
    sheet = book.add_worksheet("columns")
    sheet.write_row(0, 0, ["column", "unit", "meaning"], bold)
    for row, (name, meaning) in enumerate(about["descriptions"].items(), start=1):
        sheet.write_row(row, 0, [name, about["units"].get(name, ""), meaning])
