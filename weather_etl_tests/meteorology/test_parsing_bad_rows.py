"""What one bad row of a landing file costs: open quotes, other widths, endless cells, NUL bytes, broken letters, a cut end."""

import pytest

from weather_etl.meteorology.bad_lines import MAX_CELL_BYTES
from weather_etl.meteorology.reasons import Reason
from weather_etl_tests.meteorology.making import csv
from weather_etl_tests.meteorology.parsing import HEADER, column, lines, parse_csv, rejection

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


def test_an_endless_second_line_costs_one_row():
    refused_lines = lines(parse_csv(csv("a,s,1", "a," * 500_000, header=HEADER)))
    assert refused_lines == {2: "a", 3: "ROW_WIDTH"}


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
