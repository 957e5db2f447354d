"""Figures of real files that others worked out: `golden2.json` beside the files.

Only where the files lie beside the checkout. Sums to 1e-9, counts exactly.
"""

import json
from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from weather_etl.meteorology import photovoltaics, sun
from weather_etl.meteorology.aggregation import evapotranspiration as fao
from weather_etl.meteorology.aggregation import spells
from weather_etl.meteorology.aggregation.groups import Groups
from weather_etl.meteorology.observations import Observations
from weather_etl.meteorology.quality import still
from weather_etl.meteorology.site import UNKNOWN_SITE, Site, SolarSettings
from weather_etl_tests.meteorology import field
from weather_etl_tests.meteorology.making import Aggregates, aggregated, month

pytestmark = [pytest.mark.realdata, field.needs_files]
GOLDEN = field.FILES.parents[1] / "spec" / "golden2.json"
ATLANTA, LINCOLN = ("lcd_v1_atlanta.csv", 300), ("lcd_v2_lincoln.csv", 360)


@lru_cache
def golden() -> dict[str, object]:
    return {f["id"]: f["value"] for f in json.loads(GOLDEN.read_text("utf-8"))["figures"]}


def figure(name: str, *, rel: float = 1e-9) -> object:
    """A figure of the page, which has at most 6 digits behind the point."""
    return pytest.approx(golden()[name], rel=rel, abs=5.1e-7)


def tables(observations: Observations, zone: str = "UTC", site: Site = UNKNOWN_SITE) -> Aggregates:
    return aggregated(observations.validated, zone, None, site)


def hours(observations: Observations) -> np.ndarray:
    return observations.validated["timestamp"].to_numpy("datetime64[h]").astype(np.int64)


@pytest.mark.parametrize("types", [True, False])
def test_running_sums_of_atlanta_add_up_to_the_daily_totals_of_its_file(types):
    atlanta = tables(field.lcd(*ATLANTA, types=types), "Etc/GMT+5")
    assert month(atlanta, "2020-01")["precipitation_mm"] == figure("atl.precip.2020-01.sod")


def test_each_day_of_atlanta_has_the_total_that_its_file_states():
    daily = tables(field.lcd(*ATLANTA), "Etc/GMT+5").daily.set_index("date")["precipitation_mm"]
    stated = {
        r["DATE"][:10]: 25.4 * float(0 if (t := r["DailyPrecipitation"].strip().rstrip("s")) == "T" else t)
        for r in field.table(ATLANTA[0])
        if r["REPORT_TYPE"].strip() == "SOD" and r["DATE"].startswith("2020-01")
    }
    close = [abs(daily[pd.Timestamp(day)] - total) <= 0.3 for day, total in stated.items()]
    assert (len(close), sum(close)) == (31, golden()["atl.days.equal"])


def test_running_sums_of_lincoln_are_those_of_its_routine_minute():
    lincoln = tables(field.lcd(*LINCOLN), "Etc/GMT+6")
    assert month(lincoln, "2023-01")["precipitation_mm"] == figure("lin.precip.2023-01.minute")


KNMI, SWISS, FRANCE, DAVIS = (
    "knmi_uurgeg_260.txt",
    "meteoswiss_basel.csv",
    "mf_synop_opendatasoft.csv",
    "davis_downld02_a.txt",
)
US = 'timezone = "America/{}"\nstandard_time = true'
NICE = 'source_ids = ["07690"]'


@pytest.mark.parametrize(
    ("file", "toml", "zone", "name", "column", "golden_month"),
    [
        (ATLANTA[0], US.format("New_York"), "Etc/GMT+5", "atl.precip.2020-01.sod", "precipitation_mm", "2020-01"),
        (LINCOLN[0], US.format("Chicago"), "Etc/GMT+6", "lin.precip.2023-01.minute", "precipitation_mm", "2023-01"),
        (SWISS, "", "UTC", "bas.precip.2017-06.utc", "precipitation_mm", "2017-06"),
        (SWISS, "", "Europe/Zurich", "bas.precip.2017-06.civil", "precipitation_mm", "2017-06"),
        (SWISS, "", "UTC", "bas.sun.2017-06", "sunshine_h", "2017-06"),
        (KNMI, "", "UTC", "dbilt.precip.2000-05", "precipitation_mm", "2000-05"),
        (KNMI, "", "UTC", "dbilt.sun.2000-05", "sunshine_h", "2000-05"),
        (KNMI, "", "UTC", "dbilt.cloud.2000-05", "cloud_cover_mean_percent", "2000-05"),
        (KNMI, "", "UTC", "dbilt.et0.2000-05", "et0_mm", "2000-05"),
        (FRANCE, NICE, "UTC", "nice.precip.2024-10", "precipitation_mm", "2024-10"),
        (FRANCE, NICE, "UTC", "nice.precip.2023-10", "precipitation_mm", "2023-10"),
    ],
)
def test_the_packaged_profiles_lead_to_the_figures(file, toml, zone, name, column, golden_month):
    aggregates = tables(field.delivered(file, toml), zone, field.DE_BILT if file == KNMI else UNKNOWN_SITE)
    assert month(aggregates, golden_month)[column] == figure(name)


def test_the_packaged_profile_of_davis_leads_to_the_rain_the_gust_and_the_directions_of_its_file():
    validated = field.delivered(DAVIS).validated
    assert validated["precipitation_mm"].notna().sum() == golden()["davis.hours"]
    assert validated["precipitation_mm"].sum() == figure("davis.sum.complete")
    assert validated["wind_gust_ms"].max() == pytest.approx(golden()["davis.gust"]["max"], abs=1e-4)
    assert validated["wind_direction_deg"].notna().sum() == 28 and validated["solar_radiation_wm2"].notna().sum() == 43


def test_a_day_of_counters_of_ecowitt_without_rain():
    validated = field.delivered("ecowitt_api_day.json", 'timezone = "Europe/Berlin"').validated
    assert validated["precipitation_mm"].sum() == golden()["ecowitt.dailyrainin"]
    assert validated["precipitation_mm"].notna().sum() == 23 and validated["pressure_station_hpa"].median() > 970


def test_the_radiation_of_a_day_of_minutes_of_alamosa():
    """The figure adds up the minutes 00:00 to 23:59. Ours are those after 00:00 that end the hours, each its mean: the
    minute 24:00 is in the next file, and 23:00 has the mean of the other 59."""
    minutes = np.array([line.split() for line in (field.FILES / "surfrad_alamosa.dat").read_text().splitlines()[2:]])
    light = np.maximum(minutes[:, 8].astype(float), 0.0)
    assert light.sum() / 60_000 == figure("alamosa.day")
    of_hours = [*light[1:].tolist(), np.nan]
    aggregates = tables(field.delivered("surfrad_alamosa.dat")).daily["solar_radiation_mjm2"][0]
    assert aggregates == pytest.approx(np.nanmean(np.reshape(of_hours, (24, 60)), axis=1).sum() * 0.0036, rel=1e-9)


@pytest.mark.parametrize(
    ("station", "name", "column"),
    [
        (ATLANTA, "atl.merge.SeaLevelPressure", "pressure_msl_hpa"),
        (ATLANTA, "atl.merge.Precipitation", "precipitation_mm"),
        (ATLANTA, "atl.merge.Visibility", "visibility_km"),
        (LINCOLN, "lin.merge.SeaLevelPressure", "pressure_msl_hpa"),
        (LINCOLN, "lin.merge.Visibility", "visibility_km"),
        (LINCOLN, "lin.merge.Precipitation", "precipitation_mm"),
        (LINCOLN, "lin.merge.WindGustSpeed", "wind_gust_ms"),
    ],
)
def test_merging_by_variable_gives_so_many_hours(station, name, column):
    assert field.lcd(*station).validated[column].notna().sum() == golden()[name]["variable"]


@pytest.mark.parametrize(("station", "hours"), [(ATLANTA, 1_265), (LINCOLN, 1_358)])
def test_hours_of_which_the_sky_was_invisible_have_no_cloud(station, hours):
    """The figure counts the hours with any text of the sky: in the others it is `VV`, the sky invisible, or a height."""
    assert station != ATLANTA or hours == golden()["atl.merge.SkyConditions"]["variable"]
    cloud = field.lcd(*station).validated.set_index("timestamp")["cloud_cover_percent"]
    seen: dict[pd.Timestamp, set[str]] = {}
    for row in field.table(station[0]):
        hour = (pd.Timestamp(row["DATE"], tz="UTC") + pd.Timedelta(minutes=station[1] + 30)).floor("h")
        if row["REPORT_TYPE"].strip() not in ("SOD", "SOM") and row["HourlySkyConditions"]:
            seen.setdefault(hour, set()).add(row["HourlySkyConditions"])
    dark = cloud.index[cloud.isna()]
    assert all(text.startswith("VV:") or ":" not in text for hour in dark for text in seen.get(hour, ()))
    assert cloud.notna().sum() == hours - sum(any("VV" in text for text in seen.get(hour, ())) for hour in dark)


def test_the_month_of_an_hour_is_that_in_which_it_began():
    utc, civil = (tables(field.basel(), z, field.BASEL) for z in ("UTC", "Europe/Zurich"))
    assert month(utc, "2017-06")["precipitation_mm"] == figure("bas.precip.2017-06.utc")
    assert month(civil, "2017-06")["precipitation_mm"] == figure("bas.precip.2017-06.civil")


def test_the_indices_of_rain_in_basel():
    half = tables(field.basel()).daily.loc[lambda d: d["date"] < "2017-07-01"]
    rain = half["precipitation_mm"].to_numpy()
    monthly = tables(field.basel()).monthly
    assert (rain >= 1).sum() == golden()["bas.wetdays.h1"]
    assert rain[rain >= 1].mean() == figure("bas.sdii")
    assert monthly["rx5day_mm"].max() == figure("bas.rx5day")
    assert monthly["cdd_days"].max() == golden()["bas.cdd"]
    assert monthly["precipitation_max_hour_mm"].max() == figure("bas.rx1hour")
    assert month(tables(field.basel()), "2017-06")["sunshine_h"] == figure("bas.sun.2017-06")


def test_sunshine_in_the_night_of_basel_is_suspect():
    events = field.basel().events
    assert len(events[(events["variable"] == "sunshine_min") & (events["test"] == "sun")]) == golden()["bas.sun.night"]


def test_de_bilt_in_may_2000():
    may = month(tables(field.de_bilt(), site=field.DE_BILT), "2000-05")
    assert may["precipitation_mm"] == figure("dbilt.precip.2000-05")
    assert may["solar_radiation_mjm2"] / 3.6 == figure("dbilt.rad.2000-05.kWh", rel=1e-8)
    assert may["sunshine_h"] == figure("dbilt.sun.2000-05")
    assert may["cloud_cover_mean_percent"] == figure("dbilt.cloud.2000-05")
    assert may["et0_mm"] == figure("dbilt.et0.2000-05.pyet")


def test_traces_of_de_bilt_are_marked():
    assert field.de_bilt().validated["precipitation_trace"].sum() == golden()["dbilt.trace"]


def test_the_highest_radiation_of_de_bilt_and_nothing_beyond_the_sun():
    observations = field.de_bilt()
    assert observations.validated["solar_radiation_wm2"].max() == figure("dbilt.rad.max")
    assert not len(observations.events[observations.events["test"] == "sun"])


def test_three_hour_amounts_of_nice_complete_its_days_and_months():
    nice = tables(field.nice())
    assert month(nice, "2024-10")["precipitation_mm"] == figure("nice.precip.2024-10")
    assert month(nice, "2023-10")["precipitation_mm"] == figure("nice.precip.2023-10")


def test_three_hour_amounts_alone_complete_nine_months_of_nice_and_all_periods_nineteen():
    alone, every = (tables(field.nice(*p)).monthly["precipitation_mm"].notna().sum() for p in ((3,), ()))
    assert (alone, every) == (golden()["nice.months"], 19)


def test_days_of_nice_that_three_hour_amounts_tile_have_the_amount_of_24_hours():
    tiled, stated = (tables(field.nice(p)).daily.set_index("date")["precipitation_mm"].dropna() for p in (3, 24))
    both = tiled.index.intersection(stated.index)
    assert len(both) == golden()["nice.tile.days"]
    assert (abs(tiled[both] - stated[both]) <= 0.2).sum() == golden()["nice.tile.equal"]


def test_the_contradictions_of_nice_are_empty_cells_read_as_nothing_fallen():
    """The figure comes out where an empty longer amount counts as 0; as the missing value that it is, none is below a
    shorter one, whatever the trace of -0.1 is read as."""
    columns = ["dans la dernière heure", *(f"dans les {h} dernières heures" for h in (3, 6, 12, 24))]
    texts = [[r[f"Précipitations {c}"] for c in columns] for r in field.table("mf_synop_opendatasoft.csv", ";")]

    def contradictions(empty: float, trace: float) -> int:
        x = np.array([[empty if t == "" else trace if t == "-0.1" else float(t) for t in row] for row in texts])
        above = [x[:, a] > x[:, b] + 0.1 for a, b in combinations(range(5), 2)]
        return int(np.any(above, axis=0).sum())

    assert len(texts) == 6231
    assert [contradictions(0.0, t) for t in (0.0, -0.1, np.nan)] == [golden()["nice.pcc"]] * 3
    assert [contradictions(np.nan, t) for t in (0.0, -0.1, np.nan)] == [0, 0, 0]


def test_amounts_of_nice_that_contradict_each_other_are_found():
    """9.6 mm of 2023-11-08, 12 UTC, are in no amount of the 24 hours that end later, of which there are seven."""
    events = field.nice().events
    found = events[events["variable"] == "precipitation_long_mm"]
    assert found["timestamp"].dt.strftime("%d %H").tolist() == [
        "08 15",
        "08 18",
        "08 21",
        "09 00",
        "09 03",
        "09 06",
        "09 09",
    ]
    assert set(found["limit_text"]) == {"the hours within up to 0.3 mm above it"}


def test_archive_intervals_of_davis_add_up_and_gusts_are_the_largest():
    validated = field.davis().validated
    assert validated["precipitation_mm"].notna().sum() == golden()["davis.hours"]
    assert validated["precipitation_mm"].sum() == figure("davis.sum.complete")
    assert validated["precipitation_mm"].max() == figure("davis.rx1hour")
    assert validated["wind_gust_ms"].max() == pytest.approx(golden()["davis.gust"]["max"], abs=1e-4)


@pytest.mark.parametrize(
    ("station", "site", "column", "name"),
    [
        (field.basel, field.BASEL, "sunshine_min", "stamp.bas"),
        (field.de_bilt, field.DE_BILT, "solar_radiation_wm2", None),
    ],
)
def test_the_sun_tells_how_stamps_are_shifted(station, site, column, name):
    observations = station()
    audit = sun.audit(hours(observations), observations.validated[column].to_numpy(), *site.place)
    assert audit.shift_min == (golden()[name] if name else -10)


def test_the_published_example_18_of_fao_56():
    millimetres = fao.reference_evapotranspiration(
        np.array([12.3]), np.array([21.5]), np.array([1.409]), np.array([2.078]), np.array([22.07]), np.array([187]),
        latitude=50.8, elevation_m=100.0, pressure_kpa=np.array([fao.pressure_at(100.0)]),
    )  # fmt: skip
    assert millimetres[0] == pytest.approx(3.88, abs=0.02)


def test_the_resolution_of_tenths_is_told_from_the_values():
    rows = [float(r["temp"]) for r in field.table("nycflights13_weather.csv") if r["temp"] not in ("", "NA")]
    assert still.resolution(np.array(rows)) == golden()["flat.nycflights13"]["resolution"]


@lru_cache
def greensboro() -> list[dict[str, str]]:
    """A typical year: 24 hours a day, local standard time, hour 24 is the last."""
    return field.table("tmy3_greensboro.csv", skip=1)


def numbers(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(r[name]) for r in rows])


def test_the_solar_module_of_greensboro_lies_flat_or_tilted():
    rows = greensboro()
    ghi, t, u = (numbers(rows, n) for n in ("GHI (W/m^2)", "Dry-bulb (C)", "Wspd (m/s)"))
    assert photovoltaics.power_kw(ghi, t, u).sum() == figure("gso.pv.horizontal")
    ends = np.array(
        [np.datetime64(f"2001-{r['Date (MM/DD/YYYY)'][:2]}-{r['Date (MM/DD/YYYY)'][3:5]}", "h").astype(int) + int(r["Time (HH:MM)"][:2]) + 5 for r in rows]
    )  # fmt: skip
    site = field.GREENSBORO
    tilted = photovoltaics.plane(ghi, sun.position(ends - 0.5, *site.place), site.latitude, SolarSettings(tilt=30))
    assert photovoltaics.power_kw(tilted, t, u).sum() == pytest.approx(golden()["gso.pv.tilt30"], rel=0.01)


def test_the_spells_of_greensboro():
    days = numbers(greensboro(), "Dry-bulb (C)").reshape(-1, 24)
    year = Groups(np.zeros(len(days), dtype=int))
    assert spells.total_in_runs(days.max(axis=1) > 30, 3, year)[0] == golden()["gso.heat"]
    assert spells.total_in_runs(days.mean(axis=1) < 0, 5, year)[0] == golden()["gso.cold"]


def test_the_growing_season_of_amsterdam():
    lines = (field.FILES / "epw_amsterdam_iwec.epw").read_text("latin-1").splitlines()[8:]
    mean = np.array([float(line.split(",")[6]) for line in lines if line.strip()]).reshape(-1, 24).mean(axis=1)
    assert spells.season(mean > 5.0, mean < 5.0, 181, 6) == golden()["ams.gsl"]
