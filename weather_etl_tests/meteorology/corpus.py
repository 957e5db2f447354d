"""Files as they really come: one record per kind of file, with what must become of it.

Belongs here: bytes and expectations; the rules are those of the contract for landing files.
Does not belong here: assertions (`test_corpus.py`), formats of providers (`test_formats.py`, `test_iem.py` and the like).

The base is 48 hourly rows under the header of the Kaggle file.
"""

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from weather_etl.meteorology.reasons import Reason
from weather_etl.stations import Dialect, StationSettings
from weather_etl_tests.files import HEADER, row, weather_csv

ROWS = [row(h) for h in range(48)]
LINES = [HEADER, *ROWS]
BASE = weather_csv()
TEXT = BASE.decode()
DEFAULTS = StationSettings()


@dataclass(frozen=True)
class Case:
    """One file and what must become of it.

    Attributes:
        name: what is special to it.
        data: its bytes.
        kept: rows that become observations; None if the file is rejected.
        quarantined: reason -> rows.
        rejected: why the whole file is rejected.
        says: part of the rejection's detail or of a warning.
        duplicates: identical rows.
        unclean_end: it is noted that the end was cut.
        failed: variable -> values that are nulled with flag 4.
        settings: of the station.
    """

    name: str
    data: bytes
    kept: int | None = 48
    quarantined: dict[str, int] = field(default_factory=dict)
    rejected: Reason | None = None
    says: str = ""
    duplicates: int = 0
    unclean_end: bool = False
    failed: dict[str, int] = field(default_factory=dict)
    settings: StationSettings = DEFAULTS


def taken(name: str, data: bytes, **more: object) -> Case:
    """Ingested, all 48 rows."""
    return Case(name, data, **more)


def partly(name: str, data: bytes, reason: Reason, n: int = 1, *, kept: int = 47, **more: object) -> Case:
    """Some rows quarantined for one reason."""
    return Case(name, data, kept, {str(reason): n}, **more)


def refused(name: str, data: bytes, reason: Reason, says: str = "", **more: object) -> Case:
    """Rejected."""
    return Case(name, data, None, rejected=reason, says=says, **more)


def lines(*changed: str, end: str = "\n", header: str = HEADER) -> bytes:
    return end.join([header, *(changed or ROWS)]).encode() + end.encode()


def with_row(line: str, at: int = 20) -> bytes:
    """The base with one row instead of another."""
    return lines(*ROWS[:at], line, *ROWS[at + 1 :])


def changed(line: str, column: int, text: str) -> str:
    """A row with one cell changed; columns as in the header, from 0."""
    cells = line.split(",")
    cells[column] = text
    return ",".join(cells)


def with_cell(column: int, text: str, at: int = 20) -> bytes:
    """The base with one cell changed."""
    return with_row(changed(ROWS[at], column, text), at)


def every_cell(column: int, change: Callable[[str], str], header: str = HEADER) -> bytes:
    """The base with a column changed."""
    return lines(*(changed(line, column, change(line.split(",")[column])) for line in ROWS), header=header)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def separated(delimiter: str, decimal: str = ".") -> bytes:
    """The base with another separator and decimal mark, the time untouched."""
    rows = []
    for line in ROWS:
        time, *cells = line.split(",")
        rows.append(delimiter.join([time, *(c.replace(".", decimal) if c[:1].isdigit() else c for c in cells)]))
    return lines(*rows, header=HEADER.replace(",", delimiter))


SHUFFLED = ",".join(reversed(HEADER.split(",")))
CORRUPT_GZIP = bytearray(gzip.compress(BASE))
CORRUPT_GZIP[-6] ^= 0xFF  # in the checksum
HALF = gzip.compress(lines(*ROWS[:24])) + gzip.compress(lines(*ROWS[24:]))
STATION_HEADER = f"{HEADER},Station"
EXCEL = zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))
TIME, TEMPERATURE, HUMIDITY, WIND, PRESSURE, SUMMARY = 0, 3, 5, 6, 10, 1

BYTES = [
    taken("as it is", BASE),
    taken("utf-8 byte order mark", b"\xef\xbb\xbf" + BASE),
    taken("two utf-8 byte order marks", b"\xef\xbb\xbf" * 2 + BASE),
    taken("utf-16 little endian", TEXT.encode("utf-16")),
    taken("utf-16 big endian", b"\xfe\xff" + TEXT.encode("utf-16-be")),
    Case("utf-16 that ends within a character", TEXT.encode("utf-16")[:-1], unclean_end=True),
    partly("utf-16 with half a character", TEXT.replace("Clear all day.", "\ud800", 1).encode("utf-16", "surrogatepass"), Reason.BAD_ENCODING),
    taken("utf-16 without byte order mark, big endian", TEXT.encode("utf-16-be")),
    taken("utf-16 without byte order mark, little endian", TEXT.encode("utf-16-le")),
    refused("utf-32", TEXT.encode("utf-32"), Reason.ENCODING_UNKNOWN),
    taken("utf-16 without byte order mark that the station is known for", TEXT.encode("utf-16-be"), settings=StationSettings(encoding="utf-16-be")),
    taken("cp1252 with a degree sign in the header", TEXT.replace("(C)", "(°C)").encode("cp1252")),
    partly("cp1252 with a byte that it does not know", TEXT.replace("(C)", "(°C)").encode("cp1252").replace(b"Clear all day.", b"\x81", 1), Reason.BAD_ENCODING),
    taken("cp1250 that the station is known for", TEXT.replace("Clear", "Derült").encode("cp1250"), settings=StationSettings(encoding="cp1250")),
    taken("utf-8 though the station is known for cp1250", TEXT.replace("Clear", "Derült").encode(), settings=StationSettings(encoding="cp1250")),
    taken("shift-jis that the station is known for", TEXT.replace("Clear", "晴れ").encode("shift_jis"), settings=StationSettings(encoding="shift_jis")),
    partly("one E9 byte", BASE.replace(b"Clear all day.", b"\xe9t\xe9", 1), Reason.BAD_ENCODING),
    partly("one E9 byte in a file with CR line ends", BASE.replace(b"\r\n", b"\r").replace(b"Clear all day.", b"\xe9", 1), Reason.BAD_ENCODING),
    refused("an E9 byte in every row", BASE.replace(b"Clear all day.", b"\xe9t\xe9"), Reason.ALL_ROWS_BAD, "encoding"),
    partly("NUL padding", BASE + b"\0" * 512, Reason.NUL_PADDING, kept=48, unclean_end=True),
    partly("a NUL in a cell", with_cell(SUMMARY, "Cl\0ear"), Reason.NUL_PADDING),
    refused("NULs throughout", b"\0" * 4096, Reason.NOT_TEXT),
    refused("no bytes", b"", Reason.EMPTY_FILE),
    refused("blank lines only", b"\r\n  \r\n", Reason.EMPTY_FILE),
    refused("a byte order mark and nothing else", b"\xef\xbb\xbf", Reason.EMPTY_FILE),
    refused("random bytes", bytes((i * 7919 + i // 256 * 31) % 256 for i in range(65536)), Reason.NOT_TEXT),
    refused("xlsx", EXCEL, Reason.NOT_CSV, "Office"),
    refused("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Reason.NOT_CSV, "Office"),
    refused("parquet", b"PAR1" + bytes(range(256)) + b"PAR1", Reason.NOT_CSV, "Parquet"),
    refused("png", b"\x89PNG\r\n\x1a\n" + bytes(200), Reason.NOT_CSV, "PNG"),
    refused("html", b"<!DOCTYPE html><html><body>404</body></html>", Reason.NOT_CSV, "HTML"),
    refused("xml", b"<?xml version='1.0'?><Error><Code>BlobNotFound</Code></Error>", Reason.NOT_CSV, "XML"),
    refused("json of no known form", json.dumps([{"when": "2020-01-01", "how": 3}]).encode(), Reason.NOT_CSV, "JSON"),
    refused("json lines", b'{"when": "2020-01-01T00:00Z", "how": 3}\n' * 3, Reason.NOT_CSV, "JSON"),
    refused("zstd", b"\x28\xb5\x2f\xfd" + bytes(range(200)), Reason.NOT_CSV, "zstd"),
    refused("free text", b"Dear all,\nthe station was down.\nRegards\n", Reason.COLUMN_MISSING),
    taken("gzip", gzip.compress(BASE)),
    taken("gzip of several members", HALF),
    taken("gzip of several members, the last one empty", gzip.compress(BASE) + gzip.compress(b"")),
    refused("gzip cut at two thirds", gzip.compress(BASE)[:-500], Reason.GZIP_TRUNCATED),
    refused("gzip cut within its checksum", gzip.compress(BASE)[:-3], Reason.GZIP_TRUNCATED),
    refused("gzip cut within its header", gzip.compress(BASE)[:6], Reason.GZIP_TRUNCATED),
    refused("gzip whose second member is cut", HALF[:-200], Reason.GZIP_TRUNCATED),
    refused("gzip with a wrong checksum", bytes(CORRUPT_GZIP), Reason.GZIP_CORRUPT),
    refused("gzip with text behind its end", gzip.compress(BASE) + b"more", Reason.GZIP_CORRUPT),
    refused("gzip with NULs behind its end", gzip.compress(BASE) + b"\0" * 100, Reason.GZIP_CORRUPT),
    refused("gzip in gzip", gzip.compress(gzip.compress(BASE)), Reason.NOT_CSV, "gzip"),
    refused("gzip of nothing", gzip.compress(b""), Reason.EMPTY_FILE),
    refused("gzip bomb", gzip.compress(b"0" * 8 * 1024**2), Reason.DECOMPRESSION_LIMIT),
    refused("zlib without gzip", zlib.compress(BASE), Reason.NOT_TEXT),
    taken("zip", zipped(("weather.csv", BASE))),
    taken("zip, stored", zipped(("weather.csv", BASE), method=zipfile.ZIP_STORED)),
    refused("zip with two members", zipped(("a.csv", BASE), ("b.csv", BASE)), Reason.ZIP_MEMBERS),
    refused("zip with no member", zipped(), Reason.ZIP_MEMBERS),
    *(refused(f"zip whose member is called {name!r}", zipped((name, BASE)), Reason.ZIP_MEMBERS)
      for name in ("../weather.csv", "/etc/weather.csv", "C:\\weather.csv", "..\\weather.csv", "folder/")),
    taken("zip of a folder with one file", zipped(("data/", b""), ("data/weather.csv", BASE))),
    taken("zip of the Finder", zipped(("weather.csv", BASE), ("__MACOSX/._weather.csv", b"\0\5\x16\7"), (".DS_Store", b"Bud1"))),
    taken("zip with a read-me, a licence and a manual", zipped(("README.txt", b"hello"), ("d/weather.csv", BASE), ("d/LICENSE", b"free"), ("manual.pdf", b"%PDF-1.4"))),
    taken("zip with hidden files and backups", zipped((".weather.csv.swp", b"b0VIM"), ("weather.csv", BASE), ("weather.csv~", BASE), (".git/config", b"x"))),
    refused("zip with a wrong checksum", zipped(("a.csv", BASE), method=zipfile.ZIP_STORED).replace(b"Clear all day.", b"Cloud all day.", 1), Reason.ZIP_CORRUPT),
    refused("zip that is cut", zipped(("weather.csv", BASE))[:-100], Reason.ZIP_CORRUPT),
    refused("zip with bytes behind its end", zipped(("weather.csv", BASE)) + b"more", Reason.ZIP_CORRUPT),
    refused("zip bomb", zipped(("weather.csv", b"0" * 8 * 1024**2)), Reason.DECOMPRESSION_LIMIT),
    refused("zip in another way than deflate", zipped(("weather.csv", BASE), method=zipfile.ZIP_LZMA), Reason.ZIP_CORRUPT),
]  # fmt: skip

LINES_AND_CELLS = [
    taken("LF", lines()),
    taken("CR", lines(end="\r")),
    taken("mixed line ends", b"\r\n".join(lines().split(b"\n", 20)[:20]) + b"\n" + b"\r".join(lines().split(b"\n")[20:])),
    taken("no final line end", BASE.rstrip()),
    taken("blank lines", lines(*[line + "\n\n" for line in ROWS])),
    taken("newest first", lines(*reversed(ROWS))),
    taken("one row", lines(ROWS[0]), kept=1),
    taken("twenty comments", b"# a comment, with a comma\n" * 20 + BASE),
    taken("ninety-nine comments", b"# a comment\n" * 99 + BASE),
    refused("a hundred comments", b"# a comment\n" * 100 + BASE, Reason.COLUMN_MISSING),
    taken("free text above the header", b"Station report of 2020\nContact: nobody\n\n" + BASE, says="2 lines of text"),
    taken("sep= of a spreadsheet above the header", b"sep=;\n" + separated(";")),
    taken("header in the middle", lines(*ROWS[:24], HEADER, *ROWS[24:]), says="1 repeated header"),
    taken("header with a byte order mark in the middle", lines(*ROWS[:24], "\ufeff" + HEADER, *ROWS[24:]), says="1 repeated header"),
    taken("empty cells behind every row", lines(*[line + ",," for line in ROWS])),
    taken("empty cells behind every row and the header", lines(*[line + ",," for line in ROWS], header=HEADER + ",,")),
    partly("text in a cell behind one row, empty ones behind the others", lines(*[f"{line},{'x' if i == 5 else ''}" for i, line in enumerate(ROWS)]), Reason.ROW_WIDTH),
    refused("a cell too many in every row", lines(*[line + ",7" for line in ROWS]), Reason.ROW_WIDTH),
    partly("a cell too many in one row", with_row(ROWS[20] + ",7"), Reason.ROW_WIDTH),
    partly("a row cut after six cells", with_row(",".join(ROWS[20].split(",")[:6])), Reason.ROW_WIDTH),
    partly("a summary row at the end", BASE + b"Average,,,5.0,,,,,,,,\r\n", Reason.TIMESTAMP_INVALID, kept=48),
    partly("a summary line at the end", BASE + b"48 rows in all\r\n", Reason.ROW_WIDTH, kept=48),
    partly("an end-of-file sign of DOS", BASE + b"\x1a", Reason.ROW_WIDTH, kept=48, unclean_end=True),
    partly("a row of separators only", BASE + b"," * 11 + b"\r\n", Reason.TIMESTAMP_MISSING, kept=48),
    partly("cut within row 41", BASE[: BASE.index(ROWS[41].encode()) - 60], Reason.ROW_WIDTH, kept=40, unclean_end=True),
    taken("cut after row 40", BASE[: BASE.index(ROWS[40].encode())], kept=40),
    taken("header only", HEADER.encode(), kept=0, says="no data line"),
    taken("separators in quotes", lines(*[line.replace("Clear all day.", '"Clear, all day."') for line in ROWS])),
    taken("doubled quotes", lines(*[line.replace("Clear all day.", '"It is ""clear"""') for line in ROWS])),
    taken("line breaks in quotes", lines(*[line.replace("Clear all day.", '"Clear\nall\r\nday."') for line in ROWS])),
    taken("all cells in quotes", lines(*['"' + line.replace(",", '","') + '"' for line in ROWS])),
    partly("an open quote", with_cell(SUMMARY, '"Clear'), Reason.QUOTE_UNBALANCED),
    partly("an open quote in the last row", with_cell(SUMMARY, '"Clear', 47), Reason.QUOTE_UNBALANCED),
    partly("a cell of 65 KiB", with_cell(SUMMARY, "x" * 65 * 1024), Reason.CELL_TOO_LONG),
    partly("a line of 20 MB", with_cell(SUMMARY, "x" * 20 * 1000**2), Reason.CELL_TOO_LONG),
    partly("a line of a million cells", with_row("a," * 1_000_000), Reason.ROW_WIDTH),
    refused("an endless first line", b"a," * 4 * 1000**2, Reason.TOO_MANY_COLUMNS),
    refused("10,012 columns", ",".join([HEADER, *(f"c{i}" for i in range(10_000))]).encode() + b"\n", Reason.TOO_MANY_COLUMNS),
    *(taken(f"separator {d!r}", separated(d)) for d in ";\t|"),
    *(taken(f"separator {d!r} and decimal comma", separated(d, ",")) for d in ";\t|"),
    taken("a separator that the station is known for", separated("|"), settings=StationSettings(dialect=Dialect(delimiter="|"))),
    taken("another separator than the station is known for", BASE, settings=StationSettings(dialect=Dialect(delimiter=";"))),
    taken("separator ; with commas in the header", separated(";").replace(b"Temperature (C)", b"Temperature, outside, 2 m, north, shade, dry, new, east, west (C)"),
          settings=StationSettings(aliases={"Temperature, outside, 2 m, north, shade, dry, new, east, west (C)": "temperature_c"})),
    taken("a decimal comma that quotes protect from the separator", lines(*[",".join(f'"{c.replace(".", ",")}"' if k > 2 and c[:1].isdigit() else c for k, c in enumerate(line.split(","))) for line in ROWS])),
    taken("thousands separators", separated(";").replace(b";10", b";1,0").replace(b";1,0.", b";10.").replace(b";1,0;", b";10;"), failed={"wind_direction_deg": 2}),
    taken("formulas and scripts", with_cell(SUMMARY, "=cmd()|'; drop table x --<script>")),
]  # fmt: skip

COLUMNS = [
    taken("columns in another order", lines(*[",".join(reversed(line.split(","))) for line in ROWS], header=SHUFFLED)),
    taken("names in capitals", lines(header=HEADER.upper())),
    taken("names with underscores", lines(header=HEADER.replace(" ", "_"))),
    taken("a new column", lines(*[line + ",7" for line in ROWS], header=HEADER + ",UV Index"), says="UV Index"),
    taken("no cloud cover", lines(*[",".join(c for i, c in enumerate(line.split(",")) if i != 9) for line in ROWS], header=HEADER.replace("Loud Cover,", ""))),
    taken("Temp", BASE.replace(b"Temperature (C)", b"Temp", 1), says="nothing names the unit of 'Temp'"),
    taken("no temperature", b"\n".join(b",".join(c for i, c in enumerate(line.split(b",")) if i != 3) for line in lines().split(b"\n")[:-1]), says="temperature_c"),
    refused("temperature twice", lines(*[line + ",5" for line in ROWS], header=HEADER + ",Temperature (C)"), Reason.DUPLICATE_COLUMN),
    refused("temperature twice, by two names", lines(*[line + ",5" for line in ROWS], header=HEADER + ",temperature_c"), Reason.DUPLICATE_COLUMN),
    taken("an unknown column twice", lines(*[line + ",5,5" for line in ROWS], header=HEADER + ",UV,UV"), says="columns of the same name"),
    taken("temperature twice, the same", lines(*[f"{line},{line.split(',')[TEMPERATURE]}" for line in ROWS], header=HEADER + ",Temperature (C)")),
    taken("a station's own name beside a usual one", lines(*[line + ",5" for line in ROWS], header=HEADER + ",T out"), settings=StationSettings(aliases={"T out": "temperature_c"}), says="Temperature (C)"),
    refused("an unknown unit", BASE.replace(b"(C)", b"(R)", 1), Reason.UNIT_UNKNOWN, "'R'"),
    *(taken(f"the temperature as {name}", BASE.replace(b"Temperature (C)", name.encode(), 1))
      for name in ("Temperature", "Temperature (°C)", "Temperature [°F]", "temperature_c", "temperature_f", '"Temperature, °C"', "Temperature °C",
                   "Temperature in °C", "Temperature (℃)", "Temperature (�C)", "temperature_2m (°C)", "Air Temperature (deg C)")),
    refused("a time zone nobody knows", BASE.replace(b"Formatted Date", b"Time (EST)", 1), Reason.UNIT_UNKNOWN, "EST"),
    taken("a form in the header of the time", BASE.replace(b"Formatted Date", b"Time (yyyy-mm-dd hh:mm:ss)", 1)),
    taken("date and time in two columns", lines(*[line.replace(" ", ",", 1).replace(" +0000", "", 1) for line in ROWS], header=HEADER.replace("Formatted Date", "Date,Time"))),
    taken("a name of ours that the parser might use itself", lines(*[line + ",7,8" for line in ROWS], header=HEADER + ",,_column_13"), says="_column_13"),
]  # fmt: skip

CELLS = [
    partly("a time that is empty", with_cell(TIME, ""), Reason.TIMESTAMP_MISSING),
    partly("a time that is null", with_cell(TIME, "null"), Reason.TIMESTAMP_MISSING),
    *(partly(f"the time {text}", with_cell(TIME, text), Reason.TIMESTAMP_INVALID)
      for text in ("2020-02-30 00:00", "2020-13-01 00:00", "yesterday", "01/02/2020 00:00", "2020-01-01 25:00", "20:00")),
    partly("a time of the future", with_cell(TIME, "2999-01-01 00:00:00.000 +0000"), Reason.TIMESTAMP_OUT_OF_RANGE),
    partly("a time before 1850", with_cell(TIME, "1849-12-31 00:00:00.000 +0000"), Reason.TIMESTAMP_OUT_OF_RANGE),
    taken("times with a T and a Z", every_cell(TIME, lambda t: t[:10] + "T" + t[11:16] + "Z")),
    taken("times with slashes", every_cell(TIME, lambda t: t[:19].replace("-", "/"))),
    taken("times with the word UTC", every_cell(TIME, lambda t: t[:19] + " UTC")),
    taken("times with a comma before the fraction", separated(";").replace(b":00.000 +0000", b":00,000 +0000")),
    taken("text for a temperature", with_cell(TEMPERATURE, "warm"), failed={"temperature_c": 1}),
    taken("text for a humidity", with_cell(HUMIDITY, "high"), failed={"humidity_percent": 1}),
    *(taken(f"no temperature, but {text!r}", with_cell(TEMPERATURE, text)) for text in ("", "null", "NA", "N/A", "NaN", "M", "-", "-9999", "-9999.0")),
    partly("no value at all", with_row("2020-01-01 20:00:00.000 +0000,Clear,,,,,,,,,,"), Reason.NO_MEASUREMENT),
    taken("a pressure of 0", with_cell(PRESSURE, "0"), failed={"pressure_msl_hpa": 1}),
    taken("a temperature of -300 and one of 999", lines(changed(ROWS[0], TEMPERATURE, "-300"), changed(ROWS[1], TEMPERATURE, "999"), *ROWS[2:]), failed={"temperature_c": 1}),
    taken("a percent sign in every humidity", every_cell(HUMIDITY, lambda t: "80%")),
    taken("a unit in every wind speed", every_cell(WIND, lambda t: t + " km/h")),
    taken("a unit in every wind speed that contradicts the header", every_cell(WIND, lambda t: t + " kn"), says="not read, kept in `rescued`"),
    taken("words in every humidity", every_cell(HUMIDITY, lambda t: "very high"), says="not read, kept in `rescued`"),
    taken("24:00 for midnight", lines(*[f"2020-01-{1 + h // 24:02} {h % 24 + 1:02}:00" + ROWS[h][29:] for h in range(48)])),
    refused("every row bad", every_cell(TIME, lambda t: "never"), Reason.ALL_ROWS_BAD, "'never'"),
    refused("every third row bad", lines(*[line if i % 3 else "x" for i, line in enumerate(ROWS)]), Reason.ERROR_BUDGET),
    partly("every fourth row bad", lines(*[line if i % 4 else "x" for i, line in enumerate(ROWS)]), Reason.ROW_WIDTH, 12, kept=36),
    taken("24 rows repeated", lines(*ROWS, *ROWS[:24]), duplicates=24),
    partly("a row repeated with another value", lines(*ROWS, changed(ROWS[7], TEMPERATURE, "6.5")), Reason.CONFLICT, kept=48),
    taken("an hour twice with two offsets", lines("2020-10-25 02:00:00.000 +0200" + ROWS[0][29:], "2020-10-25 02:00:00.000 +0100" + ROWS[1][29:]), kept=2),
    taken("percents in a column that holds fractions", every_cell(HUMIDITY, lambda t: "80"), says="is it in percent?", failed={"humidity_percent": 48}),
    taken("fractions in a column that holds percents", BASE.replace(b"Humidity", b"Humidity (%)", 1), says="is it a fraction?", failed={"humidity_percent": 48}),
    taken("percents where the station has them", every_cell(HUMIDITY, lambda t: "80"), settings=StationSettings(units={"humidity_percent": "%"})),
    taken("a station column that names this one", lines(*[line + ",szeged" for line in ROWS], header=STATION_HEADER)),
    taken("a station column that names this one otherwise", lines(*[line + ",12982" for line in ROWS], header=STATION_HEADER), settings=StationSettings(source_ids=("12982",))),
    taken("an empty station column", lines(*[line + "," for line in ROWS], header=STATION_HEADER)),
    partly("a row of another station", lines(*[f"{line},{'paks' if i == 9 else 'szeged'}" for i, line in enumerate(ROWS)], header=STATION_HEADER), Reason.WRONG_STATION),
    refused("a file of another station", lines(*[line + ",paks" for line in ROWS], header=STATION_HEADER), Reason.ALL_ROWS_BAD, "source_ids"),
    refused("a file of two stations", lines(*[f"{line},{'paks' if i % 2 else 'szeged'}" for i, line in enumerate(ROWS)], header=STATION_HEADER), Reason.ERROR_BUDGET, "_shared"),
]  # fmt: skip

CORPUS = [*BYTES, *LINES_AND_CELLS, *COLUMNS, *CELLS]
