"""What is wrong with a station.toml: all of it at once, with key and line, in words for a person."""

import re
import tomllib
from contextlib import suppress

import pytest

from weather_etl.errors import UserError
from weather_etl.meteorology.formats.registry import packaged_texts
from weather_etl.station_file import StationFile, parse_settings
from weather_etl.stations import StationSettings
from weather_etl.toml_lines import line_of, lines_of
from weather_etl_tests.conftest import CHECKOUT


def settings(text: str) -> StationSettings:
    return parse_settings(text, source="szeged/station.toml", version="toml-0x1")


def places(value, place=()):
    # (place, key) of all that a table holds.
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*place, key), key
        if isinstance(inner, dict | list):
            yield from places(inner, (*place, key))


MANY = """
timezone = "Europe/Budapest" # right
latitude = 146.25

[limits.temperature_c]
fail = [
  -60,
  -70,
]
slope = 1

[wind]
turbine = "V112/3075"
hub_height_m = "94"
"""


def test_all_errors_of_a_file_are_told_at_once_with_their_lines():
    with pytest.raises(UserError) as caught:
        settings(MANY)
    assert str(caught.value) == (
        "szeged/station.toml has 4 errors. "
        "Line 3: latitude is 146.25; it must lie within -90..90. "
        "Line 6: limits.temperature_c.fail is [-60, -70]; it must be two numbers in ascending order, such as [-60, 50]. "
        "Line 10: [limits.temperature_c] has the unknown key 'slope'; known keys are fail, suspect, spike, rate, flat_hours. "
        "Line 14: wind.hub_height_m is '94', which is of the wrong type; it must be a number."
    )


def errors_of(text: str) -> str:
    with pytest.raises(UserError) as caught:
        settings(text)
    return str(caught.value).removeprefix("szeged/station.toml")


def test_what_is_wrong_between_keys_is_told_with_all_else_at_the_line_of_a_key():
    assert errors_of("""\
[degree_days]
heating_base_c = 15
heating_limit_c = 20
cooling_base_c = 18
cooling_limit_c = 10
growing_base_c = 99
[limits.temperature_c]
fail = [-1000, 20]
suspect = [-60, 50]
rate = -1
[limits.humidity_percent]
fail = [5, 50]
[dialect]
delimiter = ","
decimal = ","
sheet = ""
[[withdrawn]]
variable = "temperature_c"
from = 2020-01-02T00:00:00Z
to = 2020-01-01T00:00:00Z
reason = ""
""") == (
        " has 11 errors. "
        "Line 3: degree_days.heating_limit_c is 20; it must not lie above heating_base_c. "
        "Line 5: degree_days.cooling_limit_c is 10; it must not lie below cooling_base_c. "
        "Line 6: degree_days.growing_base_c is 99; it must lie within -20..40. "
        "Line 8: limits.temperature_c.fail is [-1000, 20]; it must lie within -100..70. "
        "Line 9: limits.temperature_c.suspect is [-60, 50]; it must lie within the fail span, [-1000, 20]. "
        "Line 10: limits.temperature_c.rate is -1; it must be above 0. "
        "Line 12: limits.humidity_percent.fail is [5, 50]; the suspect span, [5, 100] by default, must lie within it. "
        "Line 15: dialect.decimal is ','; the comma cannot be both delimiter and decimal. "
        "Line 16: dialect.sheet is ''; it must not be empty. "
        "Line 20: withdrawn[1].to is 2020-01-01T00:00:00+00:00; it must not lie before `from`. "
        "Line 21: withdrawn[1].reason is ''; it must not be empty."
    )


def test_all_that_is_wrong_with_a_format_of_ones_own_is_told_with_all_else():
    text = """\
live = 3
[format]
titel = "{key} {x}"
[[format.column]]
to = "temperature_c"
name = ["T"]
unit = "mm"
[format.time]
columns = ["t"]
zone = 1
"""
    told = re.sub(r"(known here are|a zone is) .*?\. (?=Line)", r"\1 .... ", errors_of(text))
    assert told == (
        " has 4 errors. Line 1: live is 3, which is of the wrong type; it must be true or false. "
        "Line 3: format.titel is no key of the grammar; known here are .... "
        "Line 7: format.column[1].unit is 'mm', which is no unit of temperature_c. "
        "Line 10: format.time.zone is 1; a zone is UTC, an offset such as UTC+09:00, an IANA name or station, header, meta, "
        "evidence, lst, solar."
    )


def test_a_format_on_a_base_that_is_none_is_told_at_its_line():
    told = errors_of('[format]\ntitle = "x"\nbase = "ndbcc"\n')
    assert told == (
        ", line 3: station (station.toml): base is 'ndbcc', which is no profile; "
        "near ones are ndbc, ndbc_old, nsrdb; `weather-etl formats` lists all."
    )


def test_what_is_wrong_itself_is_not_held_against_its_neighbour():
    text = "[limits.temperature_c]\nfail = [5]\nsuspect = [-90, 80]\n[degree_days]\nheating_base_c = true\nheating_limit_c = 20"
    assert re.findall(r"Line (\d)", errors_of(text)) == ["2", "5"]


def test_a_key_that_is_missing_or_unknown_is_told_in_the_words_of_the_file():
    text = """\
timezon = "UTC"
zone = "UTC"
[[withdrawn]]
variable = "temperature_c"
start = 2020-01-01T00:00:00Z
to = 2020-01-02T00:00:00Z
reason = "x"
[[withdrawn]]
"a b" = 1
"""
    known = f"known keys are {', '.join(StationFile.model_fields)}"
    assert errors_of(text) == (
        f" has 9 errors. Line 1: there is the unknown key 'timezon'; {known}. "
        "Line 2: there is the unknown key 'zone'. "
        "Line 3: [[withdrawn]] has no key 'from', which must be there. "
        "Line 5: [[withdrawn]] has the unknown key 'start'; known keys are variable, from, to, reason, flag. "
        "Line 8: [[withdrawn]] has no key 'from', which must be there. "
        "Line 8: [[withdrawn]] has no key 'reason', which must be there. "
        "Line 8: [[withdrawn]] has no key 'to', which must be there. "
        "Line 8: [[withdrawn]] has no key 'variable', which must be there. "
        "Line 9: [[withdrawn]] has the unknown key 'a b'."
    )


# docs/settings.md has a file with every key in it (test_generated_pages.py).
EXAMPLE = re.findall(r"```toml\n(.*?)```", (CHECKOUT / "docs" / "settings.md").read_text("utf-8"), re.S)[-1]
KEYS = sorted({".".join(p for p in place if isinstance(p, str)) for place, _ in places(tomllib.loads(EXAMPLE))})


VALUES = (
    "1", "-1e9", "nan", "true", "'x'", "''", "2020-01-02", "2020-01-02T03:04:05Z", "03:04:05", "[]", "[1]", "['a', 2]", "{}", "{ x = true }", "[{}]",
    "[[2020-01-02]]", "{ x = 03:04:05 }",
)  # fmt: skip
# What Python or pydantic would say, and no person wrote.
FOREIGN = re.compile(r"datetime|True|False|None\b|Input|[Ff]ield required|Python|pydantic|valid integer|\{key|Error\b")


@pytest.mark.parametrize("key", KEYS)
def test_no_value_of_any_key_is_answered_in_the_words_of_a_library(key):
    *tables, last = key.split(".")
    table = ".".join(tables)
    header = f"[[{table}]]" if table == "withdrawn" else f"[{table}]" if table else ""
    told = []
    for value in VALUES:
        with suppress(UserError):
            settings(f"{header}\n{last} = {value}")
            continue
        told.append(errors_of(f"{header}\n{last} = {value}"))
    assert len(told) >= 3 and [t for t in told if FOREIGN.search(t) or not re.search(r"[Ll]ine \d: ", t)] == []


WRITTEN = '''
a = 1
b.c = { d = 2, "e=f" = 3 } # g = 4
text = """
h = 5
"""
[i]
j = 6 # [k]
[[l]]
m = 7
[[l]] # the second
m = 8
["n.o" . p]
q = 9
[l.r]
s = [ # t = 10
  "u = 11]",
  { v = 12 },
]
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("a",), 2), (("b",), 3), (("b", "c", "d"), 3), (("b", "c", "e=f"), 3), (("text",), 4), (("h",), 0),
        (("i",), 7), (("i", "j"), 8), (("l",), 9), (("l", 0, "m"), 10), (("l", 1), 11), (("l", 1, "m"), 12),
        (("n.o", "p", "q"), 14), (("n.o", "p", "missing"), 13), (("nowhere",), 0),
        (("l", 1, "r"), 15), (("l", 1, "r", "s", 0), 17), (("l", 1, "r", "s", 1, "v"), 18),
    ],
)  # fmt: skip
def test_the_line_of_a_key_is_found(place, line):
    assert line_of(lines_of(WRITTEN), place) == line


@pytest.mark.parametrize("depth", [60, 200, 480, 490, 5000])
def test_what_is_nested_too_deeply_is_told_as_that(depth):
    for key in ("name", "aliases.a", "format.title", "nowhere"):
        for value in ("[" * depth + "]" * depth, "{a=" * depth + "1" + "}" * depth):
            assert errors_of(f"{key} = {value}").startswith(" is not valid TOML (it is nested too deeply); correct it")
    assert "[[[[1]]]]" in errors_of("name = [[[[1]]]]")


THREE, LITERAL = '"' * 3, "'" * 3


@pytest.mark.parametrize(
    "before",
    [
        f'a = "x {LITERAL} y"', f"a = 'x {THREE} y'", f"a = 1 # {THREE}", r"a = '\'", r'a = "\\"', r'a = "\"] # {"', 'a = ""',
        f"a = {THREE}{THREE}", f"a = {THREE}\nb = 1\n\n{THREE}", f"a = {LITERAL}\n# b\n{LITERAL}", f'a = {THREE}\\\n b""\n"{THREE}"',
        f'a = {THREE}x\\{THREE}y"{THREE}', "a = 'b\u2028c'", "# b\x85c", "a = 1\r\n", "a = 1979-05-27 07:32:00",
        "a = [[1, 2], [\n3]]", 'a = {b = "}", c = [{d = "]"}]}',
    ],
)  # fmt: skip
def test_what_stands_before_a_key_does_not_change_its_line(before):
    text = f"{before}\nlive = true\n"
    assert tomllib.loads(text)["live"] is True
    assert lines_of(text)["live",] == before.count("\n") + 2


@pytest.mark.parametrize("name", sorted(packaged_texts()))
def test_every_key_of_a_real_file_stands_on_the_line_that_is_told(name):
    text = packaged_texts()[name]
    lines, written = lines_of(text), text.split("\n")
    for place, key in places(tomllib.loads(text)):
        assert isinstance(key, int) or key in written[lines[place] - 1], place
