"""Two years of made-up hourly weather for three stations: two as CSV with the quirks of a well-known real file, and one
of another producer's layout, with rain, snow and sun (`alpine.py`).

    python sample_data/generate.py OUTDIR        writes OUTDIR/<station>/weather_<year>.csv and station.toml

Belongs here: writing the files, and what others ask for. Does not belong here: the weather (`weather.py`). Nothing of the
pipeline is imported: the sample must not be able to agree with it by construction.

The bytes are the same on every machine and Python: randomness comes from the raw 64-bit output of PCG64 (numpy keeps
that stable for ever, but not what `Generator.normal` makes of it), and the arithmetic is only + - * / and sqrt, which
IEEE 754 rounds the same way everywhere; sine and power are therefore home-made (their accuracy is ample for weather).
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # also when this file is run as a script

from sample_data import alpine
from sample_data.stations import STATIONS
from sample_data.weather import build


def generate(station: str) -> dict[str, bytes]:
    """File name -> bytes, one file per local year."""
    return dict(build(station)[0])


def expected(station: str) -> dict:
    """What a reader of the station's files must find (README.md explains each figure). Counts are of station-hours."""
    return dict(build(station)[1])


def settings(station: str) -> bytes:
    """The station's `station.toml`."""
    s = STATIONS[station]
    return (
        f'name = "{s.name}"\ntimezone = "{s.timezone}"\n'
        f"latitude = {s.latitude}\nlongitude = {s.longitude}\nelevation_m = {s.elevation_m}\n"
    ).encode()


def write(directory: Path) -> list[tuple[Path, int, bool]]:
    """Write all files; (path, size, written). A file that already has these bytes is left alone."""
    done = []
    stations = {s: [("station.toml", settings(s)), *generate(s).items()] for s in STATIONS}
    stations[alpine.STATION] = [("station.toml", alpine.SETTINGS), *alpine.generate().items()]
    for station, files in stations.items():
        for name, body in files:
            path = directory / station / name
            fresh = not path.is_file() or path.read_bytes() != body
            if fresh:
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(name + ".part")
                part.write_bytes(body)
                os.replace(part, path)
            done.append((path, len(body), fresh))
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample weather files.")
    parser.add_argument("outdir", type=Path)
    for path, size, fresh in write(parser.parse_args().outdir):
        print(f"{path}  {size:,} bytes  {'written' if fresh else 'unchanged'}")


if __name__ == "__main__":
    main()
