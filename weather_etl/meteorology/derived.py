"""What follows from measured values of the same hour: moisture, felt temperature, pressure, density.

Belongs here: formulas with their source; arrays in, arrays out, NaN where a needed input is missing.
Does not belong here: power of wind and turbines (`wind.py`), which hours get a computed value (`computed.py`).

Shapes: all arguments are float64 arrays of any shape, or scalars, that broadcast with each other, in the units of
`validated_observations`; the result has the shape they broadcast to.
"""

import numpy as np

ZERO_C = 273.15  # K
ISA_PRESSURE_HPA = 1013.25
ISA_TEMPERATURE_K = 288.15
LAPSE_RATE = 0.0065  # K per metre
R_DRY, R_VAPOUR = 287.05, 461.5  # J kg-1 K-1, as in IEC 61400-12-1
ASSUMED_HUMIDITY_PERCENT = 50.0
WIND_CHILL_ABOVE_KMH = 4.828032  # 3 mph
WIND_CHILL_UP_TO_C = 10.0
HEAT_INDEX_FROM_F = 80.0


def dew_point(temperature_c: np.ndarray, humidity_percent: np.ndarray) -> np.ndarray:
    """Dew point in degC (Magnus formula over water, constants of WMO-No. 8, part I, annex 4.B).

    g = ln(RH / 100) + 17.62 T / (243.12 + T);  Td = 243.12 g / (17.62 - g). At saturation Td = T exactly.
    NaN where the humidity is not positive.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        humidity = np.where(humidity_percent > 0, humidity_percent, np.nan)
        g = np.log(humidity / 100.0) + 17.62 * temperature_c / (243.12 + temperature_c)
        return 243.12 * g / (17.62 - g)


def heat_index(temperature_c: np.ndarray, humidity_percent: np.ndarray) -> np.ndarray:
    """Heat index in degC (Rothfusz 1990 with both adjustments of the US National Weather Service).

    As the NWS and MetPy do, the simple formula of Steadman stands where it gives less than 79 F, and the air
    temperature up to 40 F. Meant for 80 F (26.7 degC) and more; `apparent_temperature` asks for no other.
    """
    t, rh = 1.8 * np.asarray(temperature_c) + 32.0, np.asarray(humidity_percent)
    simple = -10.3 + 1.1 * t + 0.047 * rh
    full = (
        -42.379 + 2.04901523 * t + 10.14333127 * rh - 0.22475541 * t * rh
        - 6.83783e-3 * t * t - 5.481717e-2 * rh * rh
        + 1.22874e-3 * t * t * rh + 8.5282e-4 * t * rh * rh - 1.99e-6 * t * t * rh * rh
    )  # fmt: skip
    index = np.where(simple < 79.0, simple, full)
    dry = (rh <= 13.0) & (t >= 80.0) & (t <= 112.0)
    index = index - np.where(dry, (13.0 - rh) / 4.0 * np.sqrt(np.maximum(17.0 - np.abs(t - 95.0), 0.0) / 17.0), 0.0)
    damp = (rh > 85.0) & (t >= 80.0) & (t <= 87.0)
    index = index + np.where(damp, 0.02 * (rh - 85.0) * (87.0 - t), 0.0)
    return (np.where((t <= 40.0) & ~np.isnan(rh), t, index) - 32.0) / 1.8


def wind_chill(temperature_c: np.ndarray, wind_speed_ms: np.ndarray) -> np.ndarray:
    """Wind chill in degC (joint action group of the US and Canada, 2001), wind at 10 m.

    13.12 + 0.6215 T - 11.37 V^0.16 + 0.3965 T V^0.16, V in km/h. Meant for T <= 10 degC and V > 3 mph.
    """
    v = np.power(np.asarray(wind_speed_ms) * 3.6, 0.16)
    return 13.12 + 0.6215 * temperature_c - 11.37 * v + 0.3965 * temperature_c * v


def apparent_temperature(
    temperature_c: np.ndarray, humidity_percent: np.ndarray, wind_speed_ms: np.ndarray
) -> np.ndarray:
    """Felt temperature in degC (NWS directive 10-201; MetPy `apparent_temperature`).

    Wind chill where T <= 10 degC and the wind is above 3 mph (4.828032 km/h), heat index from 80 F on, else the air
    temperature. NaN where a value that the case needs is missing: no wind at up to 10 degC, no humidity in the heat.
    """
    given = (np.asarray(x, dtype=np.float64) for x in (temperature_c, humidity_percent, wind_speed_ms))
    whole = np.broadcast_arrays(*given)
    t, humidity, speed = (x.ravel() for x in whole)
    out = t.copy()
    cold = t <= WIND_CHILL_UP_TO_C
    chilled = np.flatnonzero(cold & (speed * 3.6 > WIND_CHILL_ABOVE_KMH))
    out[chilled] = wind_chill(t[chilled], speed[chilled])
    out[cold & np.isnan(speed)] = np.nan
    hot = np.flatnonzero(1.8 * t + 32.0 >= HEAT_INDEX_FROM_F)
    out[hot] = heat_index(t[hot], humidity[hot])
    return out.reshape(whole[0].shape)


def station_pressure(pressure_msl_hpa: np.ndarray, elevation_m: float, temperature_c: np.ndarray) -> np.ndarray:
    """Pressure at the station in hPa from pressure reduced to sea level.

    B = p (1 - 0.0065 h / (T + 0.0065 h))^5.257, T in K at the station: the barometric formula for a column of air
    that gets 0.65 K warmer every 100 m down to sea level.
    """
    return pressure_msl_hpa * _column(elevation_m, temperature_c)


def _column(elevation_m: float, temperature_c: np.ndarray) -> np.ndarray:
    gained = LAPSE_RATE * elevation_m
    return (1.0 - gained / (np.asarray(temperature_c) + ZERO_C + gained)) ** 5.257


def isa_pressure(elevation_m: float) -> float:
    """Pressure of the International Standard Atmosphere in hPa (ISO 2533)."""
    return ISA_PRESSURE_HPA * (1.0 - LAPSE_RATE * elevation_m / ISA_TEMPERATURE_K) ** 5.25588


def air_density(
    temperature_c: np.ndarray, pressure_station_hpa: np.ndarray, humidity_percent: np.ndarray
) -> np.ndarray:
    """Density of moist air in kg m-3 (IEC 61400-12-1:2017, equation 12).

    rho = (B / 287.05 - phi 0.0000205 e^(0.0631846 T) (1 / 287.05 - 1 / 461.5)) / T, with T in K and B in Pa at the
    place of the measurement, phi from 0 to 1.
    """
    t = np.asarray(temperature_c) + ZERO_C
    vapour = np.asarray(humidity_percent) / 100.0 * 0.0000205 * np.exp(0.0631846 * t)
    return (np.asarray(pressure_station_hpa) * 100.0 / R_DRY - vapour * (1.0 / R_DRY - 1.0 / R_VAPOUR)) / t
