"""Samples of web interfaces and of models; the record is `sample_files.Sample`."""

from weather_etl_tests.meteorology.sample_files import Sample, document, text

HOURS = range(12)
# 10 and 5 degC in kelvin; 50 and 41 degF with the humidity that proves them.
K, KD = 283.15, 278.15

INTERFACES: dict[str, Sample] = {
    "aviationweather": Sample(
        text("No errors", "No warnings", "3 ms", "data source=metars", "1 results", "raw_text,station_id,observation_time,latitude,longitude,temp_c,dewpoint_c,wind_dir_degrees,wind_speed_kt,wind_gust_kt,visibility_statute_mi,altim_in_hg,sea_level_pressure_mb,precip_in,metar_type", "KDSM 130554Z,KDSM,2024-01-13T05:54:00Z,41.5,-93.7,10.0,5.0,270,10,20,10+,29.92,1012.1,0.1,METAR"),
        "2024-01-13T05:54", {"temperature_c": 10, "dew_point_c": 5, "wind_direction_deg": 270, "wind_speed_ms": 5.14444, "wind_gust_ms": 10.28888, "visibility_km": 16.09344, "pressure_msl_hpa": 1012.1, "precipitation_mm": 2.54}),
    "aviationweather_json": Sample(
        document([{"icaoId": "KDSM", "obsTime": 1705125240, "reportTime": "2024-01-13T06:00:00Z", "temp": 10, "dewp": 5, "wdir": 270, "wspd": 10, "wgst": 20, "visib": "10+", "altim": 1013, "slp": 1012.1, "metarType": "METAR", "rawOb": "KDSM 130554Z"}]),
        "2024-01-13T05:54", {"temperature_c": 10, "dew_point_c": 5, "wind_direction_deg": 270, "wind_speed_ms": 5.14444, "wind_gust_ms": 10.28888, "visibility_km": 16.09344, "pressure_msl_hpa": 1012.1}),
    "brightsky_json": Sample(
        document({"weather": [{"timestamp": f"2024-01-13T{h:02}:00:00+00:00", "source_id": 1, "temperature": 10, "dew_point": 5, "relative_humidity": 71.03, "wind_speed": 36, "wind_gust_speed": 72, "wind_direction": 270, "pressure_msl": 1012.1, "visibility": 9000, "precipitation": 0.2, "cloud_cover": 50} for h in HOURS], "sources": []}),
        "2024-01-13T00:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71.03, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "visibility_km": 9, "precipitation_mm": 0.2, "cloud_cover_percent": 50}),
    "nws_json": Sample(
        document({"type": "FeatureCollection", "features": [{"properties": {"stationId": "KDSM", "timestamp": "2024-01-13T05:54:00+00:00", "temperature": {"unitCode": "wmoUnit:degC", "value": 10}, "dewpoint": {"value": 5}, "relativeHumidity": {"value": 71}, "windSpeed": {"value": 36}, "windGust": {"value": 72}, "windDirection": {"value": 270}, "barometricPressure": {"value": 101300}, "seaLevelPressure": {"value": 101210}, "visibility": {"value": 9000}}}]}),
        "2024-01-13T05:54", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "visibility_km": 9}),
    "wetterdienst": Sample(
        text("station_id,dataset,parameter,date,value,quality", *(f"01048,climate_summary,{p},2024-01-13 05:00:00+00:00,{v},10.0" for p, v in (("temperature_air_mean_200", 283.15), ("temperature_dew_point_mean_200", 278.15), ("humidity", 71), ("wind_speed", 2.5), ("wind_gust_max", 5.5), ("wind_direction", 270), ("pressure_air_site", 98510), ("pressure_air_sea_level", 101210), ("precipitation_height", 0.2)))),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "precipitation_mm": 0.2}),
    "worldmet": Sample(
        text('"code","station","date","latitude","longitude","elev","ws","wd","air_temp","atmos_pres","visibility","dew_point","RH","ceil_hgt"', '"037720-99999","HEATHROW","2024-01-13 05:00:00",51.478,-0.461,25.3,2.5,270,10,1012.1,9000,5,71,NA'),
        "2024-01-13T05:00", {"wind_speed_ms": 2.5, "wind_direction_deg": 270, "temperature_c": 10, "pressure_msl_hpa": 1012.1, "visibility_km": 9, "dew_point_c": 5, "humidity_percent": 71}),
    "era5_point": Sample(
        text("valid_time,t2m,d2m,u10,v10,msl,sp,tp,latitude,longitude", "2024-01-13 05:00:00,283.15,278.15,1.0,-2.0,101210,98510,0.0002,50.0,10.0"),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1}),
    "meteoblue": Sample(
        text("location,Basel,Basel", "lat,47.56,47.56", "lon,7.57,7.57", "asl,280,280", "variable,Temperature,Wind Speed", "unit,°C,km/h", "timestamp,Basel Temperature [2 m elevation corrected],Basel Relative Humidity [2 m],Basel Wind Speed [10 m],Basel Wind Gust,Basel Wind Direction [10 m],Basel Mean Sea Level Pressure [MSL],Basel Precipitation Total", "20240113T0500,10.0,71,36,72,270,1012.1,0.2"),
        "2024-01-13T05:00", {"temperature_c": 10, "humidity_percent": 71, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "precipitation_mm": 0.2}, timezone="UTC", place={"latitude": 47.56, "longitude": 7.57, "elevation_m": 280.0}),
    "meteomatics": Sample(
        text("validdate;t_2m:F;dew_point_2m:C;relative_humidity_2m:p;wind_speed_10m:kmh;wind_gusts_10m_1h:ms;wind_dir_10m:d;msl_pressure:hPa;sfc_pressure:Pa;precip_1h:mm;total_cloud_cover:p;global_rad:W", "2024-01-13T05:00:00Z;50;5;71;36;20;270;1012.1;98510;0.2;50;100.5"),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "cloud_cover_percent": 50, "solar_radiation_wm2": 100.5}),
    "open_meteo_json": Sample(
        document({"latitude": 52.5, "longitude": 13.4, "elevation": 38.0, "utc_offset_seconds": 3600, "timezone": "Europe/Berlin", "hourly_units": {"time": "iso8601", "temperature_2m": "°F", "relative_humidity_2m": "%", "wind_speed_10m": "mp/h", "precipitation": "inch", "pressure_msl": "hPa", "weather_code": "wmo code"}, "hourly": {"time": ["2024-07-13T01:00", "2024-07-13T02:00"], "temperature_2m": [50, None], "relative_humidity_2m": [71, 72], "wind_speed_10m": [10, 11], "precipitation": [0.1, 0], "pressure_msl": [1012.1, 1012.2], "weather_code": [3, 3]}}),
        "2024-07-13T00:00", {"temperature_c": 10, "humidity_percent": 71, "wind_speed_ms": 4.4704, "precipitation_mm": 2.54, "pressure_msl_hpa": 1012.1}, place={"latitude": 52.5, "longitude": 13.4, "elevation_m": 38.0}),
    "openweather_json": Sample(
        document({"city_id": 1, "list": [{"dt": 1705104000, "main": {"temp": K, "feels_like": 273.15, "pressure": 1012, "grnd_level": 985, "humidity": 71}, "wind": {"speed": 2.5, "gust": 5.5, "deg": 270}, "clouds": {"all": 50}, "rain": {"1h": 0.2}}]}),
        "2024-01-13T00:00", {"temperature_c": 10, "apparent_temperature_c": 0, "humidity_percent": 71, "pressure_msl_hpa": 1012, "pressure_station_hpa": 985, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "cloud_cover_percent": 50, "precipitation_mm": 0.2}),
    "openweather_onecall_json": Sample(
        document({"lat": 52.5, "lon": 13.4, "data": [{"dt": 1705104000 + 3600 * h, "temp": 50, "feels_like": 32, "dew_point": 41, "humidity": 71.03, "pressure": 1012, "wind_speed": 10, "wind_gust": 20, "wind_deg": 270, "visibility": 9000, "clouds": 50, "rain": {"1h": 0.2}} for h in HOURS]}),
        "2024-01-13T00:00", {"temperature_c": 10, "apparent_temperature_c": 0, "dew_point_c": 5, "humidity_percent": 71.03, "pressure_msl_hpa": 1012, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "wind_direction_deg": 270, "visibility_km": 9, "cloud_cover_percent": 50, "precipitation_mm": 0.2}, place={"latitude": 52.5, "longitude": 13.4}),
    "pvgis_hourly": Sample(
        text("Latitude (decimal degrees):\t45.000", "Longitude (decimal degrees):\t8.000", "Elevation (m):\t250", "Radiation database:\tPVGIS-SARAH3", "", "time,Gb(i),Gd(i),Gr(i),H_sun,T2m,WS10m,Int", "20200113:0511,0.0,12.0,0.0,10.0,10.0,2.5,0.0", "", "Gb(i): Beam (direct) irradiance on the inclined plane (W/m2)", "T2m: 2-m air temperature (degree Celsius)"),
        "2020-01-13T05:11", {"temperature_c": 10, "wind_speed_ms": 2.5}, place={"latitude": 45.0, "longitude": 8.0, "elevation_m": 250.0}),
    "pvgis_hourly_json": Sample(
        document({"inputs": {"location": {"latitude": 45.0, "longitude": 8.0, "elevation": 250.0}}, "outputs": {"hourly": [{"time": "20200113:0511", "G(i)": 0.0, "H_sun": 10.0, "T2m": 10.0, "WS10m": 2.5, "Int": 0.0}]}, "meta": {}}),
        "2020-01-13T05:11", {"temperature_c": 10, "wind_speed_ms": 2.5}, place={"latitude": 45.0, "longitude": 8.0, "elevation_m": 250.0}),
    "refuse_nasa_power_daily": Sample(text("-BEGIN HEADER-", "NASA/POWER Daily", "-END HEADER-", "YEAR,DOY,T2M,RH2M,PRECTOTCORR", "2024,1,5.1,70.1,0.3"), refused="DAILY_ONLY"),
    "refuse_pvgis_tmy_json": Sample(document({"outputs": {"tmy_hourly": [{"time(UTC)": "20120101:0000", "T2m": 2.0, "WS10m": 1.2}]}}), refused="TYPICAL_YEAR"),
    "tomorrow_json": Sample(
        document({"data": {"timelines": [{"timestep": "1h", "intervals": [{"startTime": f"2024-01-13T{h:02}:00:00Z", "values": {"temperature": 50, "temperatureApparent": 32, "dewPoint": 41, "humidity": 71.03, "windSpeed": 10, "windGust": 20, "windDirection": 270, "pressureSeaLevel": 29.92, "pressureSurfaceLevel": 29.0, "visibility": 10, "cloudCover": 50}} for h in HOURS]}]}}),
        "2024-01-13T00:00", {"temperature_c": 10, "apparent_temperature_c": 0, "dew_point_c": 5, "humidity_percent": 71.03, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "wind_direction_deg": 270, "pressure_msl_hpa": 29.92 * 33.8639, "pressure_station_hpa": 29 * 33.8639, "visibility_km": 16.09344, "cloud_cover_percent": 50}),
    "tomorrow_history_json": Sample(
        document({"timelines": {"hourly": [{"time": f"2024-01-13T{h:02}:00:00Z", "values": {"temperature": 10, "dewPoint": 5, "humidity": 71.03, "windSpeed": 2.5, "visibility": 16}} for h in HOURS]}, "location": {"lat": 52.5}}),
        "2024-01-13T00:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71.03, "wind_speed_ms": 2.5, "visibility_km": 16}),
    "visual_crossing_json": Sample(
        document({"latitude": 41.9, "longitude": 12.5, "timezone": "Europe/Rome", "days": [{"datetime": "2024-01-13", "datetimeEpoch": 1705100400, "temp": 99, "tempmax": 99, "hours": [{"datetime": f"{h:02}:00:00", "datetimeEpoch": 1705100400 + 3600 * h, "temp": 50, "feelslike": 32, "dew": 41, "humidity": 71.03, "windspeed": 10, "windgust": 20, "winddir": 270, "pressure": 1012.1, "precip": 0.1, "snowdepth": 1, "visibility": 10, "solarradiation": 100.5, "cloudcover": 50} for h in HOURS]}]}),
        "2024-01-12T23:00", {"temperature_c": 10, "apparent_temperature_c": 0, "dew_point_c": 5, "humidity_percent": 71.03, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "precipitation_mm": 2.54, "snow_depth_cm": 2.54, "visibility_km": 16.09344, "solar_radiation_wm2": 100.5, "cloud_cover_percent": 50}, place={"latitude": 41.9, "longitude": 12.5}),
    "weatherapi_json": Sample(
        document({"location": {"name": "London", "lat": 51.5, "lon": -0.1}, "forecast": {"forecastday": [{"date": "2024-01-13", "hour": [{"time_epoch": 1705104000, "time": "2024-01-13 00:00", "temp_c": 10, "temp_f": 50, "feelslike_c": 9, "dewpoint_c": 5, "humidity": 71, "wind_mph": 22.4, "wind_kph": 36, "gust_kph": 72, "wind_degree": 270, "pressure_mb": 1012, "precip_mm": 0.2, "vis_km": 9, "cloud": 50}]}]}}),
        "2024-01-13T00:00", {"temperature_c": 10, "apparent_temperature_c": 9, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 270, "pressure_msl_hpa": 1012, "precipitation_mm": 0.2, "visibility_km": 9, "cloud_cover_percent": 50}, place={"name": "London", "latitude": 51.5, "longitude": -0.1}),
    "weatherbit_json": Sample(
        document({"city_name": "Berlin", "lat": 52.5, "lon": 13.4, "data": [{"timestamp_utc": "2024-01-13T00:00:00", "timestamp_local": "2024-01-13T01:00:00", "temp": K, "dewpt": KD, "app_temp": 273.15, "rh": 71, "wind_spd": 2.5, "wind_gust_spd": 5.5, "wind_dir": 270, "pres": 985, "slp": 1012, "precip": 0.2, "vis": 9, "clouds": 50, "ghi": 100.5}]}),
        "2024-01-13T00:00", {"temperature_c": 10, "dew_point_c": 5, "apparent_temperature_c": 0, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985, "pressure_msl_hpa": 1012, "precipitation_mm": 0.2, "visibility_km": 9, "cloud_cover_percent": 50, "solar_radiation_wm2": 100.5}, place={"name": "Berlin", "latitude": 52.5, "longitude": 13.4}),
}  # fmt: skip
