"""Which lines of a landing file are rows, and which number each has: line ends, blank lines, comments, quotes."""

import itertools

import pytest

from weather_etl_tests.meteorology.making import csv
from weather_etl_tests.meteorology.parsing import HEADER, column, lines, parse_csv


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


def test_text_stays_as_it_came():
    text = "=cmd()|'; drop table x--<script>"
    assert column(parse_csv(csv(f"a,{text},1", header=HEADER)), "summary") == [text]
