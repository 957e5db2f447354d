"""Files that something was done to, as happens on the way to us.

Belongs here: doing it, by a seed. Does not belong here: what is expected of reading them.
"""

import contextlib
import gzip
import io
import random
import zipfile
from typing import Any

import pytest

from weather_etl_tests.files import weather_csv

NASTY = [
    b"", b" ", b"null", b"-9999", b"999", b"1e999", b"nan", b'"', b'""', b'"a', b'a"', b"\xe9", b"\0", b"\r", b"\n",
    b"1,2", b"2020-13-45", b"0000-00-00 00:00:00.000 +0000", b"9999-12-31 23:59:59.999 -2359", b"2020-03-29 02:30",
    b"2020-10-25 02:00:00", b"\xef\xbb\xbf", b"\xff\xfe", b"x" * 70_000, b"Formatted Date", b"#", b"--", b"\xe2\x80\xa8",
]  # fmt: skip


def as_utf16(data: bytes) -> bytes:
    return data.decode().encode("utf-16")


def as_zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(
        out, "w", random.Random(len(data)).choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
    ) as archive:
        archive.writestr("weather.csv", data)
    return out.getvalue()


def quoted(data: bytes) -> bytes:
    return data.replace(b"Clear all day.", b'"Clear, ""all""\r\nday."')


FORMS = [bytes, bytes, bytes, bytes, quoted, quoted, as_utf16, gzip.compress, as_zip]


def damaged(choose: random.Random) -> bytes:
    """A weather file of some form, with one to four things done to it before and after it was packed."""
    data = weather_csv(choose.choice([1, 5, 48]))
    form = choose.choice(FORMS)
    if choose.random() < 0.2:
        data = data.replace(b",", choose.choice([b";", b"\t", b"|"]))
    if form is not as_utf16:
        for _ in range(choose.randint(0, 3)):
            data = hurt(choose, data)
    with contextlib.suppress(UnicodeDecodeError):
        data = form(data)
    return hurt(choose, data) if choose.random() < 0.6 else data


def hurt(choose: random.Random, data: bytes) -> bytes:
    at = choose.randrange(len(data) + 1)
    lines = data.splitlines(keepends=True)
    kind = choose.randrange(8)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + bytes([choose.randrange(256)]) + data[at + 1 :]
    if kind == 2:
        return data[:at] + choose.choice(NASTY) + data[at:]
    if kind == 3 and lines:
        line = choose.choice(lines)
        return data + line * choose.choice([1, 2, 30])
    if kind == 4:
        cells = data.split(b",")
        for _ in range(choose.choice([1, 3, 12])):
            cells[choose.randrange(len(cells))] = choose.choice(NASTY)
        return b",".join(cells)
    if kind == 5:
        choose.shuffle(lines)
        return b"".join(lines)
    if kind == 6:
        return data[:at] + b"\0" * choose.choice([1, 600]) + data[at:]
    return data.replace(b"\r\n", choose.choice([b"\n", b"\r", b"\n\n", b"\r\r\n"]))


def seeds_of_damage(number: int, quick: int = 4) -> list[Any]:
    """Seeds for a test; all but the first few belong to the long fault injection."""
    return [*range(quick), *(pytest.param(seed, marks=pytest.mark.faults) for seed in range(quick, number))]
