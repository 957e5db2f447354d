"""Which of the two is meant, where a wall clock shows the same times twice (end of daylight saving).

Belongs here: what the order of the rows of a file says, and that of files that follow each other.
Does not belong here: which times occur twice (`local_clock.py`).

Nothing depends on when a file landed: the same files give the same times in whatever order they came.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from weather_etl.meteorology.time_forms import HOUR

NEAR = 48 * HOUR  # files so near to a change of the clock show whether names follow the time
_ENDING = re.compile(r"(\.[A-Za-z]\w{0,7})+$")
_LETTER = re.compile(r"(?:(?<=[\d _/-])|^)[A-Za-z]$")
_COPY = re.compile(r" ?\((\d+)\)$|[ _-](\d{1,3})$|[ _-]?([A-Za-z])$")


@dataclass
class FileRows:
    """The files of some rows.

    Attributes:
        codes: number of the file of each row.
        at: number of each row among all rows, for `contents`.
        names: of the files, by number; None: not known, and then every file is read as if it were the only one.
        contents: rows -> what the cells of each say, apart from the time.
        notes: sentences for a person, gathered here.
    """

    codes: np.ndarray
    at: np.ndarray
    names: Sequence[str] | None = None
    contents: Callable[[np.ndarray], list[tuple[str | None, ...]]] | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of_one(cls, n: int) -> "FileRows":
        """n rows of one file."""
        return cls(np.zeros(n, dtype=np.int64), np.arange(n))

    def __getitem__(self, rows: np.ndarray) -> "FileRows":
        return FileRows(self.codes[rows], self.at[rows], self.names, self.contents, self.notes)


@dataclass(frozen=True)
class _Piece:
    """Consecutive rows of a file with times that occur twice, the oldest first; has the file rows before, or after?"""

    file: int
    rows: np.ndarray
    before: bool
    after: bool

    @property
    def rank(self) -> int:
        """Where it belongs among files that follow each other: one that ends here, lies within, begins here."""
        return 1 - int(self.before) + int(self.after)


def which_occurrence(local: np.ndarray, ambiguous: np.ndarray, files: FileRows) -> tuple[np.ndarray, np.ndarray]:
    """Tell the first from the second occurrence of wall-clock times by the order of the rows.

    The rows around one change of the clock tell it if time steps back (or stands still) exactly once: the rows of a file,
    or those of files that follow each other. Of files that end, lie within and begin around the change, the order is plain;
    several of one kind are put in the order of their names, if the names of other files follow the time, and it is told.

    Args:
        local: int64, wall-clock microseconds, in the order of the files' rows.
        ambiguous: mask of the times that occur twice.
        files: of each row.

    Returns:
        Masks of the times that are first occurrences, and of those that the order tells.
    """
    earlier, told = np.zeros(len(local), dtype=bool), np.zeros(len(local), dtype=bool)

    def tell(rows: np.ndarray) -> bool:
        back = np.flatnonzero(np.diff(local[rows]) <= 0)
        if len(back) != 1:
            return False
        told[rows] = True
        earlier[rows[: back[0] + 1]] = True
        return True

    pieces = _pieces(local, ambiguous, files.codes)
    untold = [not tell(piece.rows) for piece in pieces]
    if files.names is not None and any(untold):
        for change in _changes(local, pieces):
            for chain in _chains(change, local, files):
                if all(told[piece.rows].all() for piece in chain):
                    continue
                following, by_names = _in_order(chain, local, files)
                if not following or _is_copy(following, local, files):
                    continue
                if tell(np.concatenate([piece.rows for piece in following])) and by_names:
                    files.notes.append(_note(following, local, files))
            _told_elsewhere(np.concatenate([piece.rows for piece in change]), local, files, earlier, told)
        files.notes.sort()
    return earlier, told


def _pieces(local: np.ndarray, ambiguous: np.ndarray, files: np.ndarray) -> list[_Piece]:
    """In a file whose newest rows come first, everything is the other way round."""
    within = files[1:] == files[:-1]
    direction = np.bincount(files[1:], np.sign(np.diff(local)) * within, minlength=int(files.max()) + 1)
    rows = np.flatnonzero(ambiguous)
    new = (np.diff(rows) != 1) | (files[rows[1:]] != files[rows[:-1]]) | (np.abs(np.diff(local[rows])) > 12 * HOUR)
    pieces = []
    for part in np.split(rows, np.flatnonzero(new) + 1):
        file, first, last = int(files[part[0]]), part[0] - 1, part[-1] + 1
        around = (bool(first >= 0 and files[first] == file), bool(last < len(files) and files[last] == file))
        if direction[file] < 0:
            part, around = part[::-1], around[::-1]
        pieces.append(_Piece(file, part, *around))
    return pieces


def _changes(local: np.ndarray, pieces: list[_Piece]) -> Iterable[list[_Piece]]:
    """Pieces by the change of the clock that they lie at."""
    pieces = sorted(pieces, key=lambda p: int(local[p.rows].min()))
    starts = np.array([local[p.rows].min() for p in pieces])
    edges = np.flatnonzero(np.diff(starts) > 12 * HOUR) + 1
    for part in np.split(np.arange(len(pieces)), edges):
        yield [pieces[i] for i in part]


def _chains(pieces: list[_Piece], local: np.ndarray, files: FileRows) -> Iterable[list[_Piece]]:
    """Pieces that may follow each other: of files that fill the same columns and do not span the change, none twice; then
    those whose names have one form.

    Where a file meets one change more than once, its rows are in no order of time.
    """
    assert files.contents is not None and files.names is not None
    names = files.names
    by_columns: dict[tuple[bool, ...], list[_Piece]] = {}
    seen = set()
    for piece in sorted(pieces, key=lambda p: names[p.file]):
        cells = files.contents(files.at[piece.rows])
        if (same := (piece.rank, tuple(local[piece.rows].tolist()), tuple(cells))) not in seen:
            seen.add(same)
            columns = tuple(any(cell is not None for cell in column) for column in zip(*cells, strict=True))
            by_columns.setdefault(columns, []).append(piece)
    for chain in by_columns.values():
        once = len({p.file for p in chain}) == len(chain)
        chain = [p for p in chain if not (p.before and p.after)]
        if once and len(chain) > 1:
            yield chain
            forms = [_form(names[p.file])[0] for p in chain]
            for form in sorted(set(forms)) if len(set(forms)) > 1 else ():  # two instruments, in two folders
                yield [p for p, own in zip(chain, forms, strict=True) if own == form]


def _in_order(chain: list[_Piece], local: np.ndarray, files: FileRows) -> tuple[list[_Piece], bool]:
    """The pieces as they follow each other, and whether their names told it; none where nothing tells."""
    assert files.names is not None
    ranks = [p.rank for p in chain]
    if len(set(ranks)) == len(ranks):
        return sorted(chain, key=lambda p: p.rank), False
    shape, keys = _sortable([files.names[p.file] for p in chain])
    order = sorted(range(len(keys)), key=lambda i: (ranks[i], keys[i]))
    in_order = [keys[i] for i in order]
    sorts = len(set(keys)) == len(chain) and in_order == sorted(keys)
    if not sorts or not _names_follow_time(shape, chain, in_order, local, files):
        return [], False
    return [chain[i] for i in order], True


def _note(following: list[_Piece], local: np.ndarray, files: FileRows) -> str:
    assert files.names is not None
    names = [files.names[piece.file] for piece in following]
    first = min(int(local[piece.rows].min()) for piece in following)
    return (
        f"the times from {np.datetime64(first, 'us').astype('datetime64[m]').item():%Y-%m-%d %H:%M} on, which the clock "
        f"shows twice, are in {len(names)} files, taken in the order of their names, {names[0]} first and {names[-1]} "
        "last; if that is wrong, join their rows to one file, in their order, or write the offset into the time"
    )


def _told_elsewhere(
    rows: np.ndarray, local: np.ndarray, files: FileRows, earlier: np.ndarray, told: np.ndarray
) -> None:
    """Tell the rows that are those of another file once more, of which it is told."""
    assert files.contents is not None
    if told[rows].all() or not told[rows].any():
        return
    said: dict[tuple[int, tuple[str | None, ...]], set[bool]] = {}
    keys = list(zip(local[rows].tolist(), files.contents(files.at[rows]), strict=True))
    for row, key in zip(rows, keys, strict=True):
        if told[row]:
            said.setdefault(key, set()).add(bool(earlier[row]))
    for row, key in zip(rows, keys, strict=True):
        if not told[row] and len(occurrence := said.get(key, set())) == 1:
            told[row], earlier[row] = True, occurrence == {True}


def _names_follow_time(
    shape: str, chain: list[_Piece], keys: list[tuple[int, ...]], local: np.ndarray, files: FileRows
) -> bool:
    """Whether the names of files shortly before and after sort before and after those of the chain."""
    assert files.names is not None
    rows = np.concatenate([p.rows for p in chain])
    start, end = int(local[rows].min()), int(local[rows].max())
    starts = np.flatnonzero(np.append(True, files.codes[1:] != files.codes[:-1]))  # the rows of a file stand together
    oldest, newest = np.minimum.reduceat(local, starts), np.maximum.reduceat(local, starts)
    names = [files.names[code] for code in files.codes[starts]]
    for i in np.flatnonzero((newest < start) & (oldest > start - NEAR)):
        if (form := _form(names[i]))[0] == shape and form[1] > keys[0]:
            return False
    for i in np.flatnonzero((oldest > end) & (newest < end + NEAR)):
        if (form := _form(names[i]))[0] == shape and form[1] < keys[-1]:
            return False
    return True


def _sortable(names: list[str]) -> tuple[str, list[tuple[int, ...]]]:
    """The form that names have in common, and their numbers, by which they sort; no numbers if the forms differ.

    `0200.csv` and `0300.csv`, `27a.csv` and `27b.csv` are of one form, and so are `27.csv` and `27_1.csv` or `27 (1).csv`.
    """
    forms = [_form(name) for name in names]
    shape = min((shape for shape, _ in forms), key=len)
    keys = []
    for name, (own, key) in zip(names, forms, strict=True):
        stem = _ENDING.sub("", name)
        if own != shape and (copy := _COPY.search(stem)):
            own, numbers = _form(stem[: copy.start()] + name[len(stem) :])
            key = (*numbers[:-1], int(copy[1] or copy[2] or _letter(copy[3])))
        if own != shape:
            return shape, []
        keys.append(key)
    return shape, keys


def _form(name: str) -> tuple[str, tuple[int, ...]]:
    """A name without its numbers, and these; a single letter at the end is one. The last number is that of a copy: 0."""
    stem = _ENDING.sub("", name)
    ending = name[len(stem) :]
    if letter := _LETTER.search(stem):
        stem = f"{stem[: letter.start()]}@{_letter(letter[0])}"
    return re.sub(r"\d+", "0", stem) + ending, (*(int(n) for n in re.findall(r"\d+", stem)), 0)


def _letter(text: str) -> int:
    return ord(text.lower()) - ord("a") + 1


def _is_copy(pieces: list[_Piece], local: np.ndarray, files: FileRows) -> bool:
    """Whether all that two files have of one wall-clock time is equal: then it is one hour, sent twice."""
    assert files.contents is not None
    said: dict[int, tuple[str | None, ...]] = {}
    again = []
    for piece in pieces:
        own = {
            int(local[row]): cells for row, cells in zip(piece.rows, files.contents(files.at[piece.rows]), strict=True)
        }
        again += [said[time] == cells for time, cells in own.items() if time in said]
        said |= own
    return bool(again) and all(again)
