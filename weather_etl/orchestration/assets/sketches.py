"""Pictures small enough that the UI draws them in place: below 1,000 characters of markdown.

Belongs here: a line and stripes of a column, as SVG of a few hundred bytes.
Does not belong here: pictures to read values from (`report/`).
"""

import base64
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# The UI draws markdown in place below 1,000 characters; longer text opens in a dialog.
MAX_MARKDOWN = 999
_POINTS, _STRIPES = 60, 44
_WIDTH, _HEIGHT = 180, 24
# Blue to red, ColorBrewer RdBu.
_COLOURS = ("2166ac", "67a9cf", "d1e5f0", "fddbc7", "ef8a62", "b2182b")


def line(values: "pd.Series", what: str) -> dg.MarkdownMetadataValue | None:
    """A sparkline of a column in time order: means of at most 60 equal parts; None if nothing is known."""
    import numpy as np

    means = _means(values, _POINTS)
    known = np.flatnonzero(~np.isnan(means))
    if len(known) < 2:
        return None
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    x = np.round(known * _WIDTH / (len(means) - 1)).astype(int)
    y = np.round(1 + (_HEIGHT - 2) * (high - means[known]) / max(high - low, 1e-9)).astype(int)
    points = " ".join(f"{a},{b}" for a, b in zip(x, y, strict=True))
    return _image(f'<polyline points="{points}" fill="none" stroke="#2166ac"/>', f"{what}, {low:.1f} to {high:.1f}")


def stripes(values: "pd.Series", what: str) -> dg.MarkdownMetadataValue | None:
    """Climate stripes of a column in time order: differences from its mean, blue below and red above."""
    import numpy as np

    means = _means(values, _STRIPES)
    known = np.flatnonzero(~np.isnan(means))
    if len(known) < 2:
        return None
    anomaly = means - np.nanmean(means)
    limit = max(float(np.nanmax(np.abs(anomaly))), 1e-9)
    width = _WIDTH // len(means)
    paths = []
    for shade, colour in enumerate(_COLOURS):
        group = known[np.clip((anomaly[known] / limit + 1) * 3, 0, 5.99).astype(int) == shade]
        if len(group):
            path = "".join(f"M{k} 0v9" for k in group)
            paths.append(f'<path d="{path}" stroke="#{colour}"/>')
    inner = f'<g transform="translate({width / 2}) scale({width} 3)">{"".join(paths)}</g>'
    return _image(inner, what)


def _means(values: "pd.Series", parts: int) -> "np.ndarray":
    """Means of at most `parts` equal parts, NaN where a part has no value."""
    import numpy as np

    array = values.to_numpy(dtype=float, na_value=np.nan)
    if len(array) <= parts:
        return array
    starts = np.linspace(0, len(array), parts, endpoint=False).astype(int)
    known = ~np.isnan(array)
    total = np.add.reduceat(np.where(known, array, 0.0), starts)
    count = np.add.reduceat(known.astype(int), starts)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _image(inner: str, what: str) -> dg.MarkdownMetadataValue | None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}">{inner}</svg>'
    text = f"![{what}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
    return dg.MetadataValue.md(text) if len(text) <= MAX_MARKDOWN else None


_OF = {
    "validated_observations": (line, "temperature_c", "temperature, degC"),
    "daily_weather": (line, "temperature_mean_c", "daily mean temperature, degC"),
    "monthly_weather": (stripes, "temperature_mean_c", "monthly mean temperature, blue cold, red warm"),
    "yearly_weather": (stripes, "temperature_mean_c", "climate stripes: yearly mean temperature"),
    "climate_normals": (line, "temperature_mean_c", "mean temperature by calendar month, degC"),
}


def sketch(table: str, frame: "pd.DataFrame") -> dict[str, dg.MarkdownMetadataValue]:
    """The table at a glance, as metadata; nothing if there is nothing to draw."""
    draw, column, what = _OF[table]
    picture = draw(frame[column], what) if column in frame else None
    return {"sketch": picture} if picture else {}
