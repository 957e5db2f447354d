"""Every line of `station.toml` that a refusal or an assumption names ends it when it is pasted as it stands."""

import re
from datetime import datetime, timedelta

import pytest

from weather_etl.ingestion.reading import parse_landing_file
from weather_etl.meteorology.reasons import Rejected
from weather_etl.station_file import parse_settings
from weather_etl_tests.meteorology.making import csv

TIME = "Time (UTC)"
_KEYS = "units|aliases|format|dialect|date_order|pressure|timezone|encoding|source_ids|standard_time|bulletin_date|timestamp_format"
_LINE = re.compile(rf'\b(?:{_KEYS}) = (?:"[^"]*"|\[[^\]]*\]|\{{)')


def pasted(sentence: str) -> str:
    """The first line of `station.toml` in a sentence."""
    match = _LINE.search(sentence)
    assert match, f"no line to paste in: {sentence}"
    if not match[0].endswith("{"):
        return match[0]
    depth, at = 1, match.end()
    while depth:
        depth += {"{": 1, "}": -1}.get(sentence[at], 0)
        at += 1
    return sentence[match.start() : at]


def told(data: bytes, toml: str = "", name: str = "a/file.csv") -> tuple[bool, list[str]]:
    """Whether a file is read, and the sentences about it that name a line of `station.toml`."""
    settings = parse_settings(toml, source="station.toml", version="1")
    entry = {"name": name, "landed_at": "2030-01-01T00:00:00Z"}
    try:
        parse_landing_file(data, entry, settings, "a", ())
    except Rejected as rejected:
        return False, [rejected.detail]
    return True, [w for w in entry["warnings"] if "station.toml" in w]


def day(header: str, row, n: int = 60, delimiter: str = ",") -> bytes:
    times = (datetime(2023, 1, 31) + timedelta(hours=h) for h in range(n))
    rows = (f"{t:%Y-%m-%d %H:%M}{delimiter}{row(h)}" for h, t in enumerate(times))
    return csv(*rows, header=f"{TIME}{delimiter}{header}")


RISING = [0.2 * (h // 2 % 12) for h in range(60)]
CASES = {
    "an assumed unit": day("Temp (C),Wind Speed", lambda h: "5,4"),
    "an assumed unit of temperatures": day("Temp,Humidity (%)", lambda h: f"{h % 9},80"),
    "a fraction in a few values": day("Temp (C),Humidity", lambda h: "5,0.8", n=5),
    "an assumed zone": csv("2023-01-31 00:00,5", header="Time,Temp (C)"),
    "a pressure of some kind": day("Temp (C),Pressure (hPa)", lambda h: "5,1013"),
    "a pressure that may be mmHg": day("Temp (C),Station Pressure", lambda h: "5,745"),
    "a pressure in tenths": day("Temp (C),Station Pressure", lambda h: "5,10132"),
    "temperatures in Fahrenheit": day("Temp", lambda h: f"{60 + h % 9}.5"),
    "temperatures in tenths": day("Temp", lambda h: f"{(h % 9) * 10 - 20}"),
    "temperatures in kelvin with one that is none": day("Temp", lambda h: "0" if h == 3 else f"{283 + h % 9}.5"),
    "normalised temperatures": day("Temp", lambda h: f"{h / 60:.3f}"),
    "tens of degrees": day("Temp (C),Wind Direction", lambda h: f"5,{h % 36}"),
    "rain, yes or no": day("Temp (C),Rain", lambda h: f"5,{h % 2}"),
    "metres of sight": day("Temp (C),Visibility", lambda h: f"5,{h * 500}"),
    "eighths of cloud": day("Temp (C),Cloud Cover", lambda h: f"5,{h % 9}"),
    "a counter of rain": day("Temp (C),Rain (mm)", lambda h: f"5,{RISING[h]:.1f}"),
    "thousands or decimals": day("Temp (C);Visibility (m)", lambda h: f"5;{5 + h % 5}.000", delimiter=";"),
    "letters of two languages": day("Temp (C),Wind Direction,Wind", lambda h: f"5,{'SØ' if h % 2 else 'V'},3"),
    "an unknown unit": day("Temp (C),Wind Speed (furlongs)", lambda h: "5,4"),
    "an unknown unit of the temperature": day("Temp (Réaumur)", lambda h: "5"),
    "a unit in square brackets that is not known": day("Temp (C),Wind Speed [bft]", lambda h: "5,4"),
    "two columns of one meaning": day("Temp (C),temp_c", lambda h: f"5,{h}"),
    "two columns of one name": day("Temp (C),Temp (C)", lambda h: f"5,{h}"),
    "a time of a near name": csv("20230131,5", header="Tiem,Temp (C)").replace(b"20230131", b"20230131 05:00"),
    "a date and an hour of other names": csv(
        *(f"2023-01-31,{h},5" for h in range(24)), header="dteday,hr,Temp (C)"
    ),
    "a time in digits": csv(*(f"20230131{h:02}00,5" for h in range(24)), header="TIMESTAMP_START,Temp (C)"),
    "a measured value of another name": day("Spd_40m,Dir_40m", lambda h: "5,270"),
    "a zone in the header that nobody knows": csv("2023-01-31 00:00,5", header="Time (XYZ),Temp (C)"),
    "day and month": csv(*(f"0{1 + h % 2}/03/2023 0{h}:00,5" for h in range(9)), header="Time (UTC),Temp (C)"),
    "a clock without its date": csv(*(f"31.01.2023,{h:02}:00,5" for h in range(24)), header="Dag,Time,Temp (C)"),
    "a date without its hour": csv(*(f"2023-01-31,{h},5" for h in range(24)), header="Date,Hr,Temp (C)"),
    "midnights alone": csv(*(f"2023-01-{d:02} 00:00,5" for d in range(1, 31)), header="Time (UTC),Temp (C)"),
    "a station of another name": csv(*(f"2023-01-31 {h:02}:00,12982,5" for h in range(24)), header="Time (UTC),Station,Temp (C)"),
    "bulletins without month and year": b"METAR LHBP 310500Z 27010KT 9999 FEW030 05/02 Q1013=\nMETAR LHBP 310530Z 27010KT 9999 FEW030 05/02 Q1013=\n",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_line_that_is_pasted_ends_what_it_was_named_for(case: str) -> None:
    was_read, before = told(CASES[case])
    assert before, "nothing is told of this file"
    lines: list[str] = []
    for sentence in before:
        line = pasted(sentence)
        key = line.split(" = ")[0]
        if key not in [x.split(" = ")[0] for x in lines]:
            lines.append(line)
    is_read, after = told(CASES[case], "\n".join(lines))
    assert is_read, f"still refused with {lines}: {after}"
    again = [s for s in after if any(pasted(s) == line for line in lines)]
    assert not again
    assert was_read or not set(before) & set(after)
