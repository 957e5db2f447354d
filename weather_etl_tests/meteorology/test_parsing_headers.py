"""What the header of a landing file says: names in many writings, columns that are absent, unknown, or there twice, and headers without end."""

import itertools

import pytest

from weather_etl.meteorology.bad_lines import MAX_COLUMNS
from weather_etl.meteorology.formats.registry import packaged
from weather_etl.meteorology.reasons import Reason
from weather_etl.meteorology.records import MAX_HEADER_BYTES
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS
from weather_etl_tests.meteorology.making import csv
from weather_etl_tests.meteorology.parsing import HEADER, column, lines, parse_csv, rejection

GENERIC = next(p for p in packaged() if p.name == "generic")
# Names that are no regular expressions and mean something alone.
ALIASES = {n: r.to for r in GENERIC.columns for n in r.name if not n.startswith("/") and len(n) > 1 and n != "pressure"}
TIMES = [p for option in GENERIC.time_options for p in option if len(option) == 1 and not p.startswith("/")]


def test_each_name_is_known():
    """A file has each column under one of its names."""
    names = [[(a, c) for a, c in ALIASES.items() if c == of] for of in dict.fromkeys(ALIASES.values())]
    wrong = {}
    for together in itertools.zip_longest(*(n for n in names if n[0][1] != "temperature_c")):
        given = [pair for pair in together if pair]
        header = ",".join(["Time", "Temperature", *(alias for alias, _ in given)])
        parsed = parse_csv(csv(",".join(["t", "1", *(f"x{i}" for i in range(len(given)))]), header=header))
        wrong |= {alias: c for i, (alias, c) in enumerate(given) if column(parsed, c) != [f"x{i}"]}
    assert not wrong


@pytest.mark.parametrize("alias", ["wind speed", "dew point", "sea level pressure", "luftfeuchte", "vitesse du vent"])
@pytest.mark.parametrize("write", [str, str.title, lambda a: f"  {a.upper().replace(' ', '_')} "])
def test_a_name_is_known_whatever_its_case_blanks_and_underscores(alias, write):
    parsed = parse_csv(csv("t,1,x", header=f"Time,Temperature,{write(alias)}"))
    assert column(parsed, ALIASES[alias]) == ["x"]


@pytest.mark.parametrize("alias", [a for a in ALIASES if ALIASES[a] == "temperature_c"])
def test_each_name_of_the_temperature_is_known(alias):
    assert column(parse_csv(csv("t,1", header=f"Time,{alias}")), "temperature_c") == ["1"]


@pytest.mark.parametrize("name", TIMES)
def test_each_name_of_the_time_is_known(name):
    assert column(parse_csv(csv("t,1", header=f"{name},Temperature (C)")), "timestamp") == ["t"]


@pytest.mark.parametrize(
    "name", [n for n in RAW_TEXT_COLUMNS if n not in ("timestamp", "temperature_c", "quality_codes", "cloud_cover")]
)
def test_our_own_column_names_are_known(name):
    assert column(parse_csv(csv("t,1,x", header=f"timestamp,temperature_c,{name}")), name) == ["x"]


def test_the_order_of_columns_does_not_matter():
    parsed = parse_csv(csv("1,t", header="Temperature (C),Formatted Date"))
    assert (column(parsed, "timestamp"), column(parsed, "temperature_c")) == (["t"], ["1"])


@pytest.mark.parametrize("header", ["Luft,Time", "luft ,Time", "LUFT (C),Time"])
def test_an_alias_of_the_station_is_known_whatever_its_case_and_unit(header):
    parsed = parse_csv(csv("7,t", header=header), aliases={"Luft": "temperature_c"})
    assert column(parsed, "temperature_c") == ["7"]


def test_quoted_header_names_are_names():
    assert column(parse_csv(csv("t,1", header='"Formatted Date","Temperature (C)"')), "timestamp") == ["t"]


@pytest.mark.parametrize("absent", [n for n in RAW_TEXT_COLUMNS if n not in ("timestamp", "temperature_c")])
def test_an_absent_optional_column_is_null(absent):
    assert column(parse_csv(csv("t,1")), absent) == [None]


def test_an_absent_optional_column_is_a_warning():
    assert any("pressure_msl_hpa" in w for w in parse_csv(csv("t,1")).warnings)


def test_a_column_that_occurs_twice_rejects_the_file():
    error = rejection(csv("t,1,2", header="Time,Temperature (C),Temperature (C)"))
    assert error.reason is Reason.DUPLICATE_COLUMN


def test_two_names_of_one_column_reject_the_file():
    error = rejection(csv("t,1,2", header="Time,Temperature (C),temperature_c"))
    assert error.reason is Reason.DUPLICATE_COLUMN


def test_unknown_columns_of_one_name_are_numbered():
    parsed = parse_csv(csv("t,1,2,3", header="Time,Temperature (C),UV,UV"))
    assert column(parsed, "rescued") == ['{"UV": "2", "UV (2)": "3"}']
    assert any("same name" in w for w in parsed.warnings)


@pytest.mark.parametrize("other", ["Temperature (C)", "temperature_c", "Temperature (F)"])
def test_a_second_column_of_one_name_that_says_the_same_stays_in_rescued(other):
    text = "33.8" if "F" in other else "1"
    assert column(parse_csv(csv(f"t,1,{text}", header=f"Time,Temperature (C),{other}")), "temperature_c") == ["1"]


@pytest.mark.parametrize(
    ("header", "hint"), [("Time,Temprature", "'Temprature'"), ("Formated Date,Temperature", "'Formated Date'")]
)
def test_a_missing_required_column_rejects_the_file_and_names_the_nearest_header(header, hint):
    error = rejection(csv("t,1", header=header))
    assert error.reason is Reason.COLUMN_MISSING and hint in error.detail


def test_the_hint_for_a_missing_column_is_never_a_column_that_means_something_else():
    error = rejection(csv("t,1,2", header="Time,Daily Summary,UV"))
    assert error.reason is Reason.COLUMN_MISSING and "did you mean" not in error.detail


def test_ninety_nine_lines_above_the_header_are_skipped():
    assert lines(parse_csv(b"# x\n" * 99 + csv("a,s,1", header=HEADER))) == {101: "a"}


def test_a_hundred_lines_above_the_header_reject_the_file():
    assert rejection(b"# x\n" * 100 + csv("a,s,1", header=HEADER)).reason is Reason.COLUMN_MISSING


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# only a comment\n", b"# only a comment"])
def test_a_file_without_a_header_line_is_rejected_as_empty(data):
    assert rejection(data).reason is Reason.EMPTY_FILE


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_a_header_alone_gives_no_rows_and_a_warning(end):
    parsed = parse_csv(csv(header=HEADER, end=end))
    assert parsed.rows.num_rows == 0 and any("no data line" in w for w in parsed.warnings)


def test_an_unbalanced_quote_in_the_header_rejects_the_file():
    assert rejection(csv("a,1", header='Time,"Temperature')).reason is Reason.NOT_CSV


def test_as_many_columns_as_allowed_are_read():
    header = ",".join(["Time", "Temperature", *(f"c{i}" for i in range(MAX_COLUMNS - 2))])
    assert lines(parse_csv(csv("a" + "," * (MAX_COLUMNS - 1), header=header))) == {2: "a"}


def test_one_column_more_rejects_the_file():
    header = ",".join(["Time", "Temperature", *(f"c{i}" for i in range(MAX_COLUMNS - 1))])
    assert rejection(csv(header=header)).reason is Reason.TOO_MANY_COLUMNS


@pytest.mark.parametrize("data", [b"a," * 4 * 1024**2, b",".join(b"%d" % i for i in range(10_012)) + b"\n1\n"])
def test_an_endless_header_rejects_the_file(data):
    assert rejection(data).reason is Reason.TOO_MANY_COLUMNS


@pytest.mark.parametrize("above", range(7, 13))
def test_a_header_that_goes_on_behind_the_first_64_kib_is_none(above):
    # Its names are not all known, and the text behind them may begin within a letter.
    long = f"{HEADER},{'砬' * 21_900}"
    data = csv("a,s,1,x", header=f"# {'x' * above}\n{long}")
    assert rejection(data).reason is Reason.TOO_MANY_COLUMNS


def test_a_header_of_64_kib_is_read():
    summary = " " * (MAX_HEADER_BYTES - len(HEADER))
    assert lines(parse_csv(csv("a,s,1", header=HEADER.replace("Summary", "Summary" + summary)))) == {2: "a"}


def test_a_header_in_cp1252_is_read_if_only_that_makes_sense_of_it():
    assert column(parse_csv(b"Time,Temperature (\xb0C)\nt,1\n"), "temperature_c") == ["1"]


def test_a_header_that_is_neither_utf8_nor_cp1252_rejects_the_file():
    assert rejection(b"Time,Temperature (\x81)\n").reason is Reason.ENCODING_UNKNOWN


def test_unknown_columns_are_kept_as_json_in_rescued():
    parsed = parse_csv(csv("a,1,7,\u00e9", "b,2,7,", header="Time,Temperature,UV index,Note"))
    assert column(parsed, "rescued") == ['{"UV index": "7", "Note": "\u00e9"}', '{"UV index": "7", "Note": ""}']


def test_rescued_cells_stay_with_their_row_when_others_are_refused():
    parsed = parse_csv(csv("a,1,u", "bad", "Time,Temperature,X", "b,2,v", header="Time,Temperature,X"))
    assert dict(zip(column(parsed, "line"), column(parsed, "rescued"), strict=True)) == {
        2: '{"X": "u"}',
        3: None,
        5: '{"X": "v"}',
    }


def test_unknown_columns_are_a_warning():
    assert any("UV" in w for w in parse_csv(csv("a,1,7", header="Time,Temperature,UV")).warnings)


def test_a_name_that_was_never_given_is_kept_too():
    parsed = parse_csv(csv("a,7,1", header="Time,,Temperature"))
    assert column(parsed, "rescued") == ['{"_column_2": "7"}']
