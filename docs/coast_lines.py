"""Make `weather_etl/report/coast.json`, the land behind the map of stations, from Natural Earth.

    python docs/coast_lines.py land-110m.json

The argument is `land-110m.json` of the npm package world-atlas 2.0.2 (`npm pack world-atlas@2.0.2`), which holds Natural
Earth 4.1, 1:110m, as TopoJSON. Natural Earth is in the public domain. A map of a few stations needs no more than the
shape of a coast, so the lines are simplified to a quarter of a degree and islands of less than three square degrees go.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

TOLERANCE, SMALLEST = 0.25, 3.0  # degrees; square degrees
OUT = Path(__file__).resolve().parents[1] / "weather_etl" / "report" / "coast.json"
SOURCE = "Natural Earth 4.1, 1:110m land, public domain; by docs/coast_lines.py from npm world-atlas 2.0.2"

Point = tuple[float, float]


def rings(atlas: dict) -> list[list[Point]]:
    """Every ring of the land as longitudes and latitudes; TopoJSON holds steps on a grid, in arcs that rings share."""
    (sx, sy), (x0, y0) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    arcs = []
    for steps in atlas["arcs"]:
        x = y = 0
        line = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            line.append((x * sx + x0, y * sy + y0))
        arcs.append(line)
    land = atlas["objects"]["land"]["geometries"]
    polygons = [p for g in land for p in (g["arcs"] if g["type"] == "MultiPolygon" else [g["arcs"]])]
    return [
        unwrapped([point for i in ring for point in (arcs[i] if i >= 0 else arcs[~i][::-1])[:-1]])
        for polygon in polygons
        for ring in polygon
    ]


def unwrapped(ring: list[Point]) -> list[Point]:
    """The ring without jumps at 180 degrees: longitudes go on beyond; one around the south pole is closed along it."""
    line = [ring[0]]
    for x, y in [*ring[1:], ring[0]]:
        line.append((x + 360 * round((line[-1][0] - x) / 360), y))
    (ax, _), (bx, _) = line[0], line[-1]
    return line[:-1] if abs(bx - ax) < 180 else [*line, (bx, -90.0), (ax, -90.0)]


def simplified(line: list[Point]) -> list[Point]:
    """The line without points that lie nearer to what is left than the tolerance (Douglas and Peucker)."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = max(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, 1e-9)

    def away(p: Point) -> float:
        if line[0] == line[-1]:
            return ((p[0] - ax) ** 2 + (p[1] - ay) ** 2) ** 0.5
        return abs((bx - ax) * (ay - p[1]) - (ax - p[0]) * (by - ay)) / length

    far = max(range(1, len(line) - 1), key=lambda i: away(line[i]))
    if away(line[far]) <= TOLERANCE:
        return [line[0], line[-1]]
    return simplified(line[: far + 1])[:-1] + simplified(line[far:])


def area(ring: list[Point]) -> float:
    """Square degrees."""
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]))) / 2


def main(path: str) -> None:
    """Write the file: each ring a flat list of tenths of a degree, longitude and latitude by turns."""
    kept = [simplified([*r, r[0]])[:-1] for r in rings(json.loads(Path(path).read_text())) if area(r) >= SMALLEST]
    tenths = [[round(10 * v) for point in ring for v in point] for ring in kept]
    OUT.write_text(json.dumps({"source": SOURCE, "rings": tenths}, separators=(",", ":")) + "\n")
    print(f"{OUT}: {sum(map(len, tenths)) // 2:,} points, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
