"""What neighbouring stations say of each other."""

import numpy as np
import pytest

from weather_etl.meteorology import neighbours
from weather_etl.meteorology.neighbours import Place, Station, shifts

HOURS = np.arange(438_000, 438_000 + 24 * 200)
DAYS = np.arange(18_000, 18_100)


def station(
    name: str, offset: float = 0.0, *, km_east: float = 0.0, elevation: float | None = 100.0, rain=None, **values
) -> Station:
    seed = sum(map(ord, name))
    weather = 10 + 8 * np.sin(HOURS / 24 * 2 * np.pi) + np.random.default_rng(0).normal(0, 2, len(HOURS))
    own = np.random.default_rng(seed).normal(0, 0.3, len(HOURS))
    measured = {
        "temperature_c": weather + own + offset,
        "dew_point_c": np.full(len(HOURS), np.nan),
        "pressure_msl_hpa": np.full(len(HOURS), np.nan),
    }
    measured |= values
    fallen = np.zeros(len(DAYS)) if rain is None else rain
    return Station(name, 50.0, 10.0 + km_east / 71.7, elevation, HOURS, measured, DAYS, fallen)


def neighbour_events(stations: list[Station]):
    """Of stations that are in memory: a station is its own place."""
    return neighbours.neighbour_events(stations, lambda place: place)


def around(target: Station, n: int = 3, **more) -> list[Station]:
    return [target, *(station(f"n{i}", 0.5 * i, km_east=10.0 * (i + 1), **more) for i in range(n))]


def spoiled(at: int, by: float) -> Station:
    x = station("t", -3.0).values["temperature_c"].copy()
    x[at] += by
    return station("t", temperature_c=x)


def test_a_value_that_all_neighbours_contradict_is_an_event():
    events = neighbour_events(around(spoiled(500, 15.0)))
    assert events[["station_id", "test", "neighbours_n", "agree_n"]].values.tolist() == [["t", "neighbour", 3, 3]]
    assert events["expected"][0] == pytest.approx(station("t", -3.0).values["temperature_c"][500], abs=1.5)


def test_a_station_that_is_always_colder_is_none():
    assert neighbour_events(around(station("t", -6.0))).empty


def test_below_four_stations_there_is_an_empty_table_with_its_columns():
    events = neighbour_events(around(spoiled(500, 15.0), 2))
    assert events.empty and list(events) == [
        "station_id", "timestamp", "variable", "test", "value", "expected", "neighbours_n", "agree_n",
    ]  # fmt: skip


@pytest.mark.parametrize("more", [{"elevation": 900.0}, {"elevation": None}])
def test_stations_far_above_or_of_unknown_height_are_no_neighbours(more):
    assert neighbour_events(around(spoiled(500, 15.0), **more)).empty


def test_stations_far_away_are_no_neighbours():
    far = [station(f"n{i}", km_east=300.0 + 400 * i) for i in range(3)]
    assert neighbour_events([spoiled(500, 15.0), *far]).empty


def test_the_order_of_the_stations_changes_nothing():
    stations = around(spoiled(500, 15.0), 5)
    assert neighbour_events(stations).equals(neighbour_events(stations[::-1]))


@pytest.mark.parametrize(
    ("mine", "theirs", "n"), [(0.0, 12.0, 1), (0.0, 8.0, 0), (80.0, 15.0, 1), (40.0, 5.0, 0), (80.0, 30.0, 0)]
)
def test_a_dry_day_amid_rain_and_a_flood_alone_are_events(mine, theirs, n):
    wet, own = np.zeros(len(DAYS)), np.zeros(len(DAYS))
    wet[50], own[50] = theirs, mine
    events = neighbour_events(around(station("t", rain=own), rain=wet))
    assert (events["test"] == "neighbour_rain").sum() == n


@pytest.mark.parametrize(
    ("departures", "months"), [((1.5, 1.5, 1.5), [12, 13]), ((1.5, 1.5, -1.5), []), ((0.5,) * 3, [])]
)
def test_a_shift_needs_two_months_in_a_row_and_two_thirds_of_the_pairs(departures, months):
    monthly = [{10: 0.0, 11: d, 12: d, 13: d, 14: 0.0} for d in departures]
    found = shifts("t", monthly)
    assert [m for f in found for m in f["timestamp"].dt.month - 1 + 12 * (f["timestamp"].dt.year - 1970)] == months


def test_a_network_is_judged_with_a_few_stations_in_memory(monkeypatch):
    stations = [station(f"s{i:02}", km_east=8.0 * i) for i in range(40)]
    stations[7] = spoiled(500, 15.0)
    by_id = {s.station_id: s for s in stations}
    places = [Place(s.station_id, s.latitude, s.longitude, s.elevation_m) for s in stations]
    loaded: list[str] = []

    def load(place: Place) -> Station:
        loaded.append(place.station_id)
        return by_id[place.station_id]

    whole = neighbour_events(stations)
    monkeypatch.setattr(neighbours, "IN_MEMORY", 14)
    assert neighbours.neighbour_events(places, load).equals(whole) and not whole.empty
    assert set(loaded) == set(by_id) and len(loaded) < 3 * len(stations)


def test_stations_that_nobody_is_near_to_are_never_read():
    far = [Place(f"p{i}", 10.0 * i, 0.0, 100.0) for i in range(6)]
    assert neighbours.neighbour_events(far, lambda place: pytest.fail(place.station_id)).empty


def values_of(*at: tuple[int, float], name: str, **more) -> Station:
    """A station with departures at some hours; NaN: no value there."""
    x = station(name, **more).values["temperature_c"].copy()
    for hour, by in at:
        x[hour] += by
    return station(name, temperature_c=x, **more)


def events_of(target: Station, *others: Station) -> int:
    events = neighbour_events([target, *others])
    return int((events["station_id"] == target.station_id).sum())


def near(i: int, *at: tuple[int, float]) -> Station:
    return values_of(*at, name=f"n{i}", km_east=10.0 * (i + 1))


@pytest.mark.parametrize(("missing", "n"), [(0, 1), (1, 0)])
def test_an_hour_is_judged_by_three_neighbours_that_have_a_value_in_it(missing, n):
    others = [near(i, (500, np.nan)) if i < missing else near(i) for i in range(3)]
    assert events_of(values_of((500, 15.0), name="t"), *others) == n


@pytest.mark.parametrize("wrong", [1, 2])
def test_more_than_two_thirds_of_the_neighbours_have_to_agree(wrong):
    others = [near(i, (500, 15.0)) if i < wrong else near(i) for i in range(4)]
    assert events_of(values_of((500, 15.0), name="t"), *others) == (wrong == 1)


def test_neighbours_that_depart_to_either_side_do_not_agree():
    others = [near(0, (500, 40.0)), near(1, (500, -40.0)), near(2, (500, -40.0))]
    assert events_of(station("t"), *others) == 0


@pytest.mark.parametrize(("by", "n"), [(9.0, 0), (12.0, 1)])
def test_a_departure_counts_from_five_spreads_of_at_least_two_degrees(by, n):
    assert events_of(values_of((500, by), name="t"), *(near(i) for i in range(3))) == n


@pytest.mark.parametrize(("hours", "n"), [(99, 0), (101, 1)])
def test_a_neighbour_needs_a_hundred_common_hours(hours, n):
    few = [(h, np.nan) for h in range(len(HOURS)) if not 450 <= h < 450 + hours]
    assert events_of(values_of((500, 15.0), name="t"), near(0), near(1), near(2, *few)) == n


@pytest.mark.parametrize(("by", "fall", "n"), [(-15.0, 0.0, 1), (-15.0, 3.0, 0), (15.0, 3.0, 1)])
def test_a_deep_low_that_passes_the_neighbours_too_is_spared_in_its_hours_alone(by, fall, n):
    weather = 1000 + np.random.default_rng(1).normal(0, 0.2, len(HOURS))
    weather[500:506] -= fall * np.arange(1, 7)
    mine = weather.copy()
    mine[502] += by
    others = [station(f"n{i}", km_east=10.0 * (i + 1), pressure_msl_hpa=weather + i) for i in range(3)]
    events = neighbour_events([station("t", pressure_msl_hpa=mine), *others])
    assert (events["variable"] == "pressure_msl_hpa").sum() == n
    steady = mine.copy()
    steady[3000] += -15.0  # far from any storm: the storm of the record spares it not
    events = neighbour_events([station("t", pressure_msl_hpa=steady), *others])
    assert (events["variable"] == "pressure_msl_hpa").sum() == n + 1


@pytest.mark.parametrize(("driest", "n"), [(0.0, 0), (10.0, 0), (10.1, 1)])
def test_a_dry_day_is_an_event_if_all_around_had_more_than_ten_millimetres(driest, n):
    def day(amount: float) -> np.ndarray:
        return np.where(np.arange(len(DAYS)) == 50, amount, 0.0)

    others = [station(f"n{i}", km_east=10.0 * (i + 1), rain=day(x)) for i, x in enumerate((driest, 30.0, 30.0))]
    events = neighbour_events([station("t", rain=day(0.0)), *others])
    assert ((events["station_id"] == "t") & (events["test"] == "neighbour_rain")).sum() == n
