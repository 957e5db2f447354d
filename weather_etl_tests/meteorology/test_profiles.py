"""Every packaged profile reads its layout to values counted by hand, and no file fits two profiles without a rank."""

import json
import re

import numpy as np
import pytest

from weather_etl.landing.unpacking import unpack
from weather_etl.meteorology import formats
from weather_etl.meteorology.cell_states import OK
from weather_etl.meteorology.cells import Cells, read_cells
from weather_etl.meteorology.formats import json_tables
from weather_etl.meteorology.formats.grammar import parse_profile
from weather_etl.meteorology.formats.head import Head
from weather_etl.meteorology.formats.profile import ProfileError
from weather_etl.meteorology.formats.reading import attempts
from weather_etl.meteorology.formats.registry import GENERIC, compile_profile, in_order, packaged, packaged_texts
from weather_etl.meteorology.formats.source import Text
from weather_etl.meteorology.raw_rows import ParsedFile
from weather_etl.meteorology.reasons import Reason, Rejected
from weather_etl.meteorology.vocabulary import RAW_NUMBERS
from weather_etl_tests.meteorology.profile_samples import SAMPLES
from weather_etl_tests.meteorology.sample_files import text, zipped
from weather_etl_tests.meteorology.samples_of_rain_and_sun import RAIN_AND_SUN
from weather_etl_tests.meteorology.samples_of_variants import VARIANTS

FILES = SAMPLES | VARIANTS | RAIN_AND_SUN
READ = [name for name in FILES if not FILES[name].refused]
# Their files are no text that can be written by hand.
BY_FIELD = {"uci_airquality_xlsx"}
# Columns of a base that the files of a profile on it have not.
LEFT_OUT = {
    "dwd_10min": {"pressure_msl_hpa", "visibility_km", "cloud_cover_percent", "solar_radiation_wm2", "sunshine_min"},
    "dwd_10min_solar": {
        "temperature_c",
        "humidity_percent",
        "dew_point_c",
        "pressure_station_hpa",
        "wind_speed_ms",
        "wind_direction_deg",
        "wind_gust_ms",
        "precipitation_mm",
        "pressure_msl_hpa",
        "visibility_km",
        "cloud_cover_percent",
    },
    "rp5_metar": {"precipitation_mm", "snow_depth_cm", "cloud_cover_percent"},
    "meteostat_bulk": {"cloud_cover_percent"},
    "davis_weatherlink": {"solar_radiation_wm2"},
    "davis_weatherlink_us": {"solar_radiation_wm2"},
    "davis_tab_us": {"solar_radiation_wm2"},
}


def source(name: str) -> formats.Source:
    sample = FILES[name]
    return formats.Source(sample.name, unpack(sample.data, sample.name))


def profile_of(name: str) -> str:
    return name.split(":")[0]


def read(name: str) -> tuple[ParsedFile, Cells]:
    timezone = FILES[name].timezone
    parsed = formats.read(source(name), formats.Options(timezone=timezone))
    return parsed, read_cells(parsed.rows, formats.reading_of(parsed.declared), timezone or "UTC")


def test_every_packaged_profile_keeps_to_the_grammar():
    for name, toml in packaged_texts().items():
        parse_profile(toml, name=name)


def test_every_packaged_profile_has_a_sample():
    assert {p.name for p in packaged()} - BY_FIELD == SAMPLES.keys()


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_by_its_profile_to_the_values_counted_by_hand(name):
    sample = FILES[name]
    parsed, cells = read(name)
    assert parsed.profile == profile_of(name)
    assert str(cells.timestamp[0])[:16] == sample.time
    a_row_each = any(p.part("long") for p in packaged() if p.name == parsed.profile)
    for variable, expected in sample.values.items():
        there = np.flatnonzero(cells.states[variable] == OK)
        row = there[0] if a_row_each and len(there) else 0
        found = cells.values[variable][row] if cells.states[variable][row] == OK else None
        assert found == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-12)), variable
    flags = {v: int(f[0]) for v, f in cells.upstream.items() if f[0] > 2}
    assert flags == sample.upstream
    assert parsed.place == sample.place


def test_every_column_of_a_profile_has_a_value_counted_by_hand():
    known = {p.name: p for p in packaged()}
    proven: dict[str, set[str]] = {}
    for name in READ:
        proven.setdefault(profile_of(name), set()).update(FILES[name].values)
    left_out = {}
    for name, values in proven.items():
        columns = {c.to for c in known[name].columns if not known[name].generic} & set(RAW_NUMBERS)
        if missing := columns - values - LEFT_OUT.get(name, set()):
            left_out[name] = sorted(missing)
    assert left_out == {}


@pytest.mark.parametrize("name", [n for n in SAMPLES if SAMPLES[n].refused])
def test_a_profile_that_refuses_says_why(name):
    with pytest.raises(Rejected) as caught:
        formats.read(source(name), formats.Options())
    assert str(caught.value.reason) == SAMPLES[name].refused


def test_an_archive_of_several_data_files_is_refused_rather_than_read_in_part():
    data = text("STATIONS_ID;MESS_DATUM;QN_3;   F;   D;eor", "         44;2007040101;   10;   4.1; 230;eor")
    archive = zipped(produkt_ff_stunde_a__txt=data, produkt_ff_stunde_b__txt=data)
    with pytest.raises(Rejected) as caught:
        formats.read(formats.Source("a.zip", unpack(archive, "a.zip")), formats.Options())
    assert caught.value.reason == Reason.ZIP_MEMBERS


@pytest.mark.parametrize("name", FILES)
def test_no_file_fits_two_profiles_of_one_rank(name):
    file = source(name)
    if file.kind == "text":
        fitting = [a.profile for a in attempts(file, formats.Options()) if not a.miss]
    elif file.kind == "json":
        document = json.loads(file.members[0].data, parse_float=str, parse_int=str)
        known = [p for p in in_order() if p.decoder == "json"]
        fitting = [profile for profile, _ in json_tables.fitting(document, known)]
    else:
        return
    ranks = [p.rank for p in fitting]
    assert len(set(ranks)) == len(ranks), [p.name for p in fitting]
    assert [p.name for p in fitting[:1]] == ([] if name == GENERIC else [profile_of(name)])


@pytest.mark.parametrize("name", READ)
def test_what_a_manifest_keeps_of_a_file_reads_it_alike(name):
    parsed, cells = read(name)
    declared = json.loads(json.dumps(parsed.declared))
    again = read_cells(parsed.rows, formats.reading_of(declared), FILES[name].timezone or "UTC")
    for variable, values in cells.values.items():
        assert np.array_equal(values, again.values[variable], equal_nan=True), variable


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("base = 'ndbc'\ntitle = true", "mine (here), line 2: title is true; it must be a text"),
        ("titel = 'x'", "titel is no key of the grammar"),
        ("[match]\ncolumns = ['a']\n[time]\ncolumns = ['t']\nzoon = 'UTC'", "Line 5: time.zoon is no key"),
        ("[match]\nhead = '('", "Line 2: match.head is no regular expression"),
        ("[time]\ncolumns = ['t']\nzone = 'MST'", "time.zone is 'MST'"),
        ("column = [\n  { to = 'temperature_c', name = ['T'], unit = 'mm' },\n]", "Line 2: column[1].unit is 'mm', which is no unit of temperature_c"),
        ("[[column]]\nto = 'temperature'\nname = ['T']", "column[1].to is 'temperature'; known variables are"),
        ("[[column]]\nto = 'temperature_c'", "says neither `name` nor `at` nor `find`"),
        ("refuse = 'because'", "refuse must begin with one of"),
        ("[match]\ncolumns = ['a']\n[[column]]\nto = 'temperature_c'\nname = ['T']", "time is missing"),
        ("base = 'nobody'", "base is 'nobody', which is no profile"),
        ("a = [", "is not valid TOML"),
        ("rank = " + "9" * 5000, "is not valid TOML: a number has thousands of digits"),
        ("rank = 0x" + "f" * 5000, "Line 1: rank is inf; it must be a whole number"),
        ("a = " + "[" * 5000 + "]" * 5000, "is not valid TOML: it is nested too deeply"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_used_says_which_key_and_line(text, says):
    with pytest.raises(ProfileError) as caught:
        compile_profile(text, name="mine", origin="here")
    assert says in str(caught.value)


def test_all_that_is_wrong_with_a_profile_is_told_at_once_at_its_lines():
    text = """\
titel = "x"
decoder = "tect"
[match]
head = "("
[meta.zone]
from = "header"
[meta.colour]
regex = "x"
[time]
zone = ["UTC", "MST"]
# [[column]]
[[column]]
to = "temperature_c"
unit = "mm"
[[column]]
name = [true]
"""
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, name="mine", origin="here")
    said = re.sub(r"(known here are|must be one of|a zone is) .*?\. (?=Line|$)", r"\1 .... ", str(caught.value))
    assert said == (
        "mine (here) has 10 errors. Line 1: titel is no key of the grammar; known here are .... "
        "Line 2: decoder is 'tect'; it must be one of .... "
        "Line 4: match.head is no regular expression (missing ), unterminated subpattern at position 0). "
        "Line 5: meta.zone must be a table with a regex. "
        "Line 7: meta.colour is no key of the grammar; known here are .... "
        "Line 10: time.zone is ['UTC', 'MST']; a zone is .... "
        "Line 12: column[1] says neither `name` nor `at` nor `find`. "
        "Line 14: column[1].unit is 'mm', which is no unit of temperature_c. "
        "Line 15: column[2] has no `to`. "
        "Line 16: column[2].name is [true]; it must be a list of texts."
    )


def test_a_profile_on_a_base_adds_to_it_and_overrules_it():
    profile = compile_profile(
        "base = 'knmi_hourly'\n[units]\ntemperature_c = 'degC'\n[[column]]\nto = 'humidity_percent'\nname = ['RHUM']\nunit = '%'",
        name="mine", origin="here",
    )  # fmt: skip
    assert profile.columns[0].name == ("RHUM",)
    assert next(c.unit for c in profile.columns if c.to == "temperature_c") == "degC"
    assert profile.part("time")["zone"] == "UTC"


def test_a_changed_profile_has_another_digest():
    one, other = (compile_profile(f"base = 'ndbc'\nrank = {r}", name="mine", origin="here") for r in (1, 2))
    assert one.digest != other.digest


MARKS = [
    "^Source,Location", r"\ASource", "^a?Source", "^So{1}urce", "(?i)^source,", "^x|Source", "^(x|Source)", r"^[|x]?Source",
    r"^\|?Source", "Source", "ource,(x|Location)", "^x|^Source", "^ +Source", "^$", r"\A\Z", "^(?:Sour|Nour)ce", "^Source$|Loc",
]  # fmt: skip


@pytest.mark.parametrize(
    "pattern", sorted({*MARKS, *(p.part("match")["head"] for p in packaged() if "head" in p.part("match"))})
)
def test_a_mark_is_found_wherever_a_search_of_all_lines_finds_it(pattern):
    for name in FILES:
        if source(name).kind != "text":
            continue
        data = source(name).members[0].data
        for whole in (data, b"above\n" + data, b"Source,Location\n" + data, b"", b"x\nSource\n", b"| Source, y"):
            head = Head(Text(whole, "utf-8"))
            assert head.begins_as(pattern) == bool(re.search(pattern, head.text, re.MULTILINE)), (name, whole[:200])
