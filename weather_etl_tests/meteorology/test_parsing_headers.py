"""What a landing file says: headers, units, separators, lines, and what one bad line costs."""

import itertools

import pytest

from weather_etl.meteorology import formats
from weather_etl.meteorology.bad_lines import MAX_CELL_BYTES, MAX_COLUMNS
from weather_etl.meteorology.formats.registry import packaged
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.records import MAX_HEADER_BYTES
from weather_etl.meteorology.vocabulary import RAW_TEXT_COLUMNS
from weather_etl_tests.meteorology.making import cells, csv, observed

HEADER = "Formatted Date,Summary,Temperature (C)"
GENERIC = next(p for p in packaged() if p.name == "generic")
# Names that are no regular expressions and mean something alone.
ALIASES = {n: r.to for r in GENERIC.columns for n in r.name if not n.startswith("/") and len(n) > 1 and n != "pressure"}
TIMES = [p for option in GENERIC.time_options for p in option if len(option) == 1 and not p.startswith("/")]


def parse_csv(data: bytes, **options) -> ParsedFile:
    return formats.read_text(data, formats.Options(**options))


def lines(parsed: ParsedFile) -> dict[int, str]:
    """Line -> its time, or why it was refused."""
    return {r["line"]: r["refused"] or r["timestamp"] for r in parsed.rows.to_pylist()}


def column(parsed: ParsedFile, name: str) -> list[str | None]:
    return parsed.rows.column(name).to_pylist()


def rejection(data: bytes, **options) -> Rejected:
    with pytest.raises(Rejected) as caught:
        parse_csv(data, **options)
    return caught.value


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


UNITS = [
    ("Apparent Temperature", "apparent_temperature_c", "50", {"": 50, "(C)": 50, "(°C)": 50, "[degC]": 50, "(F)": 10, "(°F)": 10}),
    ("Apparent Temperature", "apparent_temperature_c", "300.15", {"(K)": 27, "(kelvin)": 27}),
    ("Dew Point", "dew_point_c", "-4", {"": -4, "(C)": -4, "(F)": -20}),
    ("Humidity", "humidity_percent", "0.5", {"": 50, "(0-1)": 50, "(fraction)": 50}),
    ("Humidity", "humidity_percent", "50", {"(%)": 50, "[percent]": 50}),
    ("Wind Speed", "wind_speed_ms", "36", {"": 10, "(km/h)": 10, "(kmh)": 10, "(m/s)": 36, "(m s-1)": 36}),
    ("Wind Speed", "wind_speed_ms", "10", {"(kn)": 5.14444, "(knots)": 5.14444, "(kt)": 5.14444, "(mph)": 4.4704}),
    ("Wind Gust", "wind_gust_ms", "36", {"": 10, "(m/s)": 36, "(kts)": 18.519984}),
    ("Wind Bearing", "wind_direction_deg", "90", {"": 90, "(degrees)": 90, "(deg)": 90, "(°)": 90}),
    ("Visibility", "visibility_km", "10", {"": 10, "(km)": 10, "(mi)": 16.09344, "(miles)": 16.09344, "(m)": 0.01}),
    ("Pressure", "pressure_msl_hpa", "1000", {"": 1000, "(millibars)": 1000, "(hPa)": 1000, "(mb)": 1000}),
    ("Pressure", "pressure_msl_hpa", "30", {"(inHg)": 1015.917}),
    ("Pressure", "pressure_msl_hpa", "100000", {"(Pa)": 1000}),
    ("Station Pressure", "pressure_station_hpa", "100", {"(kPa)": 1000}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "variable", "text", "unit", "expected"),
    [(n, v, t, u, e) for n, v, t, units in UNITS for u, e in units.items()],
)
def test_the_unit_in_a_header_is_obeyed(name, variable, text, unit, expected):
    assert observed(cells(f"{name} {unit}", text)).validated[variable][0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("header", "expected"), [("temperature_c", 50), ("Temperature (F)", 10)])
def test_the_unit_of_the_temperature_is_obeyed(header, expected):
    data = csv("2020-01-01T00Z", header="x").replace(b"x", f"Time,{header}".encode()).replace(b"00Z", b"00:00Z,50")
    assert observed(data).validated["temperature_c"][0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("wind_speed_ms", "10", 10),
        ("humidity_percent", "50", 50),
        ("visibility_km", "10", 10),
        ("wind_gust_ms", "9", 9),
    ],
)
def test_our_own_column_names_carry_their_unit(name, text, expected):
    assert observed(cells(name, text)).validated[name][0] == expected


@pytest.mark.parametrize(
    "names", ["Time,Temperature (R)", "Time,Temperature (R),Humidity (%)", "Time,Wind Speed (Bft)"]
)
def test_an_unknown_unit_of_the_temperature_or_of_all_there_is_rejects_the_file(names):
    assert rejection(csv(header=names)).reason is Reason.UNIT_UNKNOWN


@pytest.mark.parametrize("header", ["Wind Speed (Bft)", "Pressure (psi)", "Visibility (furlong)", "Humidity (g/kg)"])
def test_another_column_in_an_unknown_unit_is_left_out_and_the_way_out_is_told(header):
    parsed = parse_csv(csv("2020-01-01T00:00Z,7,3", header=f"Time,Temperature (C),{header}"))
    said = next(w for w in parsed.warnings if "is not read" in w)
    assert set(parsed.columns) == {"temperature_c"} and "units = {" in said and f'"{header}" = "ignore"' in said


def test_a_time_column_in_utc_is_not_read_in_the_zone_of_the_station():
    data = csv("2020-07-01 12:00,5", header="Time (UTC),Temperature")
    assert observed(data, timezone="Europe/Budapest").validated["timestamp"][0].hour == 12


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_each_separator_is_found_in_the_header(separator):
    data = csv("t,s,1", header=HEADER).replace(b",", separator.encode())
    parsed = parse_csv(data)
    assert (parsed.delimiter, column(parsed, "temperature_c")) == (separator, ["1"])


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_decimal_comma_is_read_where_the_separator_leaves_it_free(separator):
    data = cells("Visibility (km)", "9,5").replace(b",5,", b",5.0,")
    data = data.replace(b'"9,5"', b"#").replace(b"5.0", b"~").replace(b",", separator.encode())
    assert observed(data.replace(b"#", b"9,5").replace(b"~", b"5,0")).validated["visibility_km"][0] == 9.5


def test_one_comma_among_many_points_is_a_slip():
    assert (
        parse_csv(csv("t;1,5;9.5", *(f"t;{n}.5;9.5" for n in range(20)), header="Time;Temperature;Visibility")).decimal
        == "."
    )


def test_columns_with_a_comma_and_others_with_a_point_are_both_read():
    validated = observed(
        csv("2020-01-01T00:00Z;1,5;1013.2", header="Time;Temperature (C);Sea Level Pressure (hPa)")
    ).validated
    assert (validated["temperature_c"][0], validated["pressure_msl_hpa"][0]) == (1.5, 1013.2)


def test_a_comma_inside_text_is_no_decimal_mark():
    assert parse_csv(csv("t;1;10,20 km", header="Time;Temperature;Summary")).decimal == "."


def test_whole_numbers_need_no_decimal_mark():
    assert observed(csv("2020-01-01T00:00Z;7", header="Time;Temperature")).validated["temperature_c"][0] == 7


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_line_end_gives_the_same_lines(end):
    assert lines(parse_csv(csv("a,s,1", "b,s,2", "c,s,3", header=HEADER, end=end))) == {2: "a", 3: "b", 4: "c"}


@pytest.mark.parametrize("ends", list(itertools.product(["\n", "\r\n", "\r"], repeat=3)))
def test_mixed_line_ends_give_the_same_lines(ends):
    data = "".join(line + end for line, end in zip([HEADER, "a,s,1", "b,s,2"], ends, strict=True)) + "c,s,3\n"
    assert lines(parse_csv(data.encode())) == {2: "a", 3: "b", 4: "c"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_last_line_needs_no_line_end(end):
    assert lines(parse_csv(csv("a,s,1", "b,s,2", header=HEADER, end=end).rstrip())) == {2: "a", 3: "b"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_good_file_without_a_last_line_end_has_no_unclean_end(end):
    assert not parse_csv(csv("a,s,1", header=HEADER, end=end).rstrip()).unclean_end


@pytest.mark.parametrize("blank", ["", " ", "   ", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_are_no_rows_but_count_as_lines(blank, end):
    data = csv(blank, "a,s,1", blank, blank, "b,s,2", blank, header=HEADER, end=end)
    assert lines(parse_csv(data)) == {3: "a", 6: "b"}


@pytest.mark.parametrize("blank", ["", "   "])
def test_blank_lines_are_no_rows_in_a_file_with_quotes(blank):
    data = csv(blank, 'a,"s, t",1', blank, "b,s,2", header=HEADER)
    assert lines(parse_csv(data)) == {3: "a", 5: "b"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_comments_and_blank_lines_above_the_header_are_skipped_and_count_as_lines(end):
    data = f"# a station{end}{end}# 'quoted\" text{end}".encode() + csv("a,s,1", "b,s,2", header=HEADER, end=end)
    assert lines(parse_csv(data)) == {5: "a", 6: "b"}


def test_a_comment_may_end_in_another_line_end_than_the_rows():
    assert lines(parse_csv(b"# a station\n" + csv("a,s,1", "b,s,2", header=HEADER, end="\r"))) == {3: "a", 4: "b"}


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


def test_a_repeated_header_is_dropped_and_counts_as_a_line():
    assert lines(parse_csv(csv("a,s,1", HEADER, "b,s,2", header=HEADER))) == {2: "a", 4: "b"}


def test_a_repeated_header_is_a_warning():
    assert any(w.startswith("1 repeated header") for w in parse_csv(csv("a,s,1", HEADER, header=HEADER)).warnings)


@pytest.mark.parametrize(
    ("cell", "text"),
    [('"a, b"', "a, b"), ('"say ""x"""', 'say "x"'), ('""', ""), ('the "x" one', 'the "x" one')],
)
def test_quotes_protect_separators_and_quotes(cell, text):
    parsed = parse_csv(csv(f"a,{cell},1", "b,s,2", header=HEADER))
    assert column(parsed, "summary")[0] == text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_quoted_line_break_belongs_to_the_cell(newline):
    parsed = parse_csv(csv(f'a,"one{newline}two",1', header=HEADER))
    assert column(parsed, "summary") == [f"one{newline}two"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_of_a_row_is_where_it_begins_though_cells_span_lines(end):
    data = csv(f'a,"one{end}two{end}{end}four",1', "b,s,2", f'c,"{end}",3', "d,s,4", header=HEADER, end=end)
    assert lines(parse_csv(data)) == {2: "a", 6: "b", 7: "c", 9: "d"}


def test_a_quoted_cell_that_spans_lines_may_hold_any_character_that_looks_like_a_line_end():
    parsed = parse_csv(csv('a\u2028,"one\ntwo\x0bthree",1', header=HEADER))
    assert lines(parsed) == {2: "a\u2028"}


OPEN_QUOTES = ['x,"s,1', 'x,s",1', 'x",s,1', 'x,s,"1', '"x,s,1', 'x"y,"s,1', 'x","s,1', 'x,"s""t,1']


@pytest.mark.parametrize("bad", OPEN_QUOTES)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_unbalanced_quote_costs_one_row(bad, position):
    rows = ["a,s,1", 'b,"s",2', "c,s,3"]
    rows.insert(position, bad)
    refused_lines = lines(parse_csv(csv(*rows, header=HEADER)))
    expected = {2 + i: "QUOTE_UNBALANCED" if row == bad else row[0] for i, row in enumerate(rows)}
    assert refused_lines == expected


@pytest.mark.parametrize("bad", OPEN_QUOTES)
def test_a_line_with_an_unbalanced_quote_is_kept_whole(bad):
    assert column(parse_csv(csv("a,s,1", bad, "b,s,2", header=HEADER)), "raw_text")[1] == bad


def test_two_unbalanced_quotes_cost_two_rows():
    refused_lines = lines(parse_csv(csv('x,"s,1', "a,s,1", 'y,"s,1', "b,s,2", header=HEADER)))
    assert refused_lines == {2: "QUOTE_UNBALANCED", 3: "a", 4: "QUOTE_UNBALANCED", 5: "b"}


def test_an_unbalanced_quote_in_the_header_rejects_the_file():
    assert rejection(csv("a,1", header='Time,"Temperature')).reason is Reason.NOT_CSV


@pytest.mark.parametrize("bad", ["x", "x,s", "x,s,1,2", "x,s,1,", "x,s,1,2,3,4,5"])
@pytest.mark.parametrize("quoted", ["s", '"s"'])
def test_a_row_of_another_width_is_refused_alone(bad, quoted):
    parsed = parse_csv(csv(f"a,{quoted},1", bad, "b,s,2", header=HEADER))
    assert lines(parsed) == {2: "a", 3: "ROW_WIDTH", 4: "b"} and column(parsed, "raw_text")[1] == bad


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_that_is_cut_within_its_last_row_has_an_unclean_end(end):
    parsed = parse_csv(csv("a,s,1", "b,s", header=HEADER, end=end).rstrip())
    assert lines(parsed) == {2: "a", 3: "ROW_WIDTH"} and parsed.unclean_end


def test_a_file_that_is_cut_within_quotes_has_an_unclean_end():
    parsed = parse_csv(csv("a,s,1", 'b,"some te', header=HEADER).rstrip())
    assert lines(parsed) == {2: "a", 3: "QUOTE_UNBALANCED"} and parsed.unclean_end


def test_a_bad_row_with_a_line_end_is_no_unclean_end():
    assert not parse_csv(csv("a,s,1", "b,s", header=HEADER)).unclean_end


def test_a_bad_row_in_the_middle_is_no_unclean_end():
    assert not parse_csv(csv("b,s", "a,s,1", header=HEADER).rstrip()).unclean_end


@pytest.mark.parametrize("trailing", [",", ",,,"])
def test_empty_cells_behind_every_row_are_tolerated(trailing):
    parsed = parse_csv(csv(f"a,s,1{trailing}", f"b,s,2{trailing}", header=HEADER))
    assert (lines(parsed), column(parsed, "temperature_c")) == ({2: "a", 3: "b"}, ["1", "2"])


def test_a_cut_row_is_refused_alone_though_every_other_row_has_an_empty_cell_behind_it():
    assert lines(parse_csv(csv("a,s,1,", "b,s,2,", "c,", header=HEADER))) == {2: "a", 3: "b", 4: "ROW_WIDTH"}


def test_a_separator_behind_the_header_and_every_row_is_tolerated():
    parsed = parse_csv(csv("a,s,1,", header=HEADER + ","))
    assert (column(parsed, "timestamp"), column(parsed, "rescued")) == (["a"], [None])


def test_text_behind_every_row_without_a_name_rejects_the_file():
    assert rejection(csv("a,s,1,x", "b,s,2,", header=HEADER)).reason is Reason.ROW_WIDTH


def test_a_cell_of_64_kib_is_read():
    assert lines(parse_csv(csv(f"a,{'x' * MAX_CELL_BYTES},1", header=HEADER))) == {2: "a"}


@pytest.mark.parametrize("position", [0, 1])
def test_a_longer_cell_costs_one_row(position):
    rows = ["a,s,1"]
    rows.insert(position, f"x,{'x' * (MAX_CELL_BYTES + 1)},1")
    refused_lines = lines(parse_csv(csv(*rows, header=HEADER)))
    assert refused_lines == {2 + position: "CELL_TOO_LONG", 3 - position: "a"}


def test_a_row_with_a_longer_cell_is_kept_whole():
    bad = f"x,{'x' * (MAX_CELL_BYTES + 1)},1"
    assert column(parse_csv(csv("a,s,1", bad, header=HEADER)), "raw_text") == [None, bad]


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


def test_an_endless_second_line_costs_one_row():
    refused_lines = lines(parse_csv(csv("a,s,1", "a," * 500_000, header=HEADER)))
    assert refused_lines == {2: "a", 3: "ROW_WIDTH"}


def test_a_header_of_64_kib_is_read():
    summary = " " * (MAX_HEADER_BYTES - len(HEADER))
    assert lines(parse_csv(csv("a,s,1", header=HEADER.replace("Summary", "Summary" + summary)))) == {2: "a"}


@pytest.mark.parametrize("where", [0, 1, 2])
def test_a_nul_costs_one_row(where):
    rows = ["a,s,1", "b,s,2"]
    rows.insert(where, "x\0,s,1")
    expected = {2 + i: "NUL_PADDING" if "\0" in r else r[0] for i, r in enumerate(rows)}
    assert lines(parse_csv(csv(*rows, header=HEADER))) == expected


@pytest.mark.parametrize("end", ["", "\n"])
def test_nul_padding_behind_the_last_row_costs_no_row_and_is_an_unclean_end(end):
    parsed = parse_csv(csv("a,s,1", header=HEADER) + b"\0" * 500 + end.encode())
    assert lines(parsed) == {2: "a", 3: "NUL_PADDING"} and parsed.unclean_end


def test_a_row_that_turns_into_nul_padding_is_an_unclean_end():
    parsed = parse_csv(csv("a,s,1", header=HEADER) + b"b,s" + b"\0" * 500)
    assert lines(parsed) == {2: "a", 3: "NUL_PADDING"} and parsed.unclean_end


@pytest.mark.parametrize("where", [0, 1, 2])
def test_broken_utf8_costs_one_row(where):
    rows = ["a,s,1", "b,\u00e9t\u00e9,2"]
    rows.insert(where, "x,\udce9,1")
    data = "\n".join([HEADER, *rows]).encode("utf-8", "surrogateescape")
    expected = {2 + i: "BAD_ENCODING" if r[0] == "x" else r[0] for i, r in enumerate(rows)}
    assert lines(parse_csv(data)) == expected


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


def test_text_stays_as_it_came():
    text = "=cmd()|'; drop table x--<script>"
    assert column(parse_csv(csv(f"a,{text},1", header=HEADER)), "summary") == [text]


def test_all_kinds_of_trouble_in_one_file_keep_the_numbers_of_the_lines():
    data = csv(
        "# comment",
        HEADER,
        "a,s,1",
        "",
        'b,"two\nlines",2',
        "x,s",
        HEADER,
        'y,"s,1',
        "z\0,s,1",
        "   ",
        "c,s,3",
        f"w,{'x' * (MAX_CELL_BYTES + 1)},1",
        "d,s,4",
        header="# first",
    )
    assert lines(parse_csv(data)) == {
        4: "a",
        6: "b",
        8: "ROW_WIDTH",
        10: "QUOTE_UNBALANCED",
        11: "NUL_PADDING",
        13: "c",
        14: "CELL_TOO_LONG",
        15: "d",
    }
