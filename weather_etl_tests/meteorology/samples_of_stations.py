"""Samples of consumer stations, loggers and their programs; the record is `sample_files.Sample`."""

from weather_etl_tests.meteorology.sample_files import Sample, document, text

INHG, MMHG = 33.8639, 1.333224
# What 10 and 5 degC are in Fahrenheit, and the humidity that follows: with it the numbers prove their unit.
T, TD, U = "50.0", "41.0", "71.03"
HOURS = range(12)
DAVIS_TAB = (
    "\t\tTemp\tHi\tLow\tOut\tDew\tWind\tWind\tHi\t \t ",
    "Date\tTime\tOut\tTemp\tTemp\tHum\tPt.\tSpeed\tDir\tSpeed\tBar  \tRain",
)
ECOWITT = {"temperature_c": 10, "apparent_temperature_c": 9, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "precipitation_mm": 1.2, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "solar_radiation_wm2": 100.5}  # fmt: skip

STATIONS: dict[str, Sample] = {
    "kestrel": Sample(
        text("Device Name,Kestrel", "Device Model,5500", "FORMATTED DATE_TIME,Temperature,Wet Bulb Temp,Relative Humidity,Barometric Pressure,Station Pressure,Wind Speed,Dew Point,Compass True Direction", "YYYY-MM-DD HH:MM:SS,°F,°F,%,inHg,mb,mph,°F,Deg", "2024-01-13 01:00:00 PM,50.0,45.0,71,29.92,985.1,10.0,41.0,270"),
        "2024-01-13T13:00", {"temperature_c": 10, "humidity_percent": 71, "pressure_msl_hpa": 29.92 * INHG, "pressure_station_hpa": 985.1, "wind_speed_ms": 4.4704, "dew_point_c": 5, "wind_direction_deg": 270}, timezone="UTC"),
    "agrimet": Sample(
        text("BEGIN DATA", "DATE       TIME ,     BOII OB    ,     BOII TP    ,     BOII TU    ,     BOII WS    ,     BOII WD    ", "01/13/2024 00:15,       50.00    ,       41.00    ,       71.00    ,       10.00    ,      270.00    ", "END DATA"),
        "2024-01-13T00:15", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 4.4704, "wind_direction_deg": 270}, timezone="UTC"),
    "ambient_json": Sample(
        document([{"dateutc": 1705104000000, "date": "2024-01-13T00:00:00.000Z", "tempf": 50, "feelsLike": 32, "dewPoint": 41, "humidity": 71, "windspeedmph": 10, "windgustmph": 20, "winddir": 270, "dailyrainin": 0.1, "baromrelin": 29.92, "baromabsin": 29.0, "solarradiation": 100.5, "tempinf": 70}]),
        "2024-01-13T00:00", {"temperature_c": 10, "apparent_temperature_c": 0, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "wind_direction_deg": 270, "precipitation_mm": 2.54, "pressure_msl_hpa": 29.92 * INHG, "pressure_station_hpa": 29 * INHG, "solar_radiation_wm2": 100.5}),
    "ambient_weather": Sample(
        text('"Date","Simple Date","Outdoor Temperature (°F)","Feels Like (°F)","Dew Point (°F)","Wind Speed (mph)","Wind Gust (mph)","Max Daily Gust (mph)","Wind Direction (°)","Hourly Rain (in/hr)","Daily Rain (in)","Relative Pressure (inHg)","Outdoor Humidity (%)","Indoor Temperature (°F)","Solar Radiation (W/m^2)","Absolute Pressure (inHg)"', '"2024-01-13T00:05:00-06:00","2024-01-13 00:05:00","50","32","41","10","20","30","270","0.5","0.1","29.92","71","70","100.5","29.0"'),
        "2024-01-13T06:05", {"temperature_c": 10, "apparent_temperature_c": 0, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "wind_direction_deg": 270, "precipitation_mm": 2.54, "pressure_msl_hpa": 29.92 * INHG, "pressure_station_hpa": 29 * INHG, "solar_radiation_wm2": 100.5}),
    "cumulus": Sample(
        text(*(f"13/01/24;{h:02}:10;10,0;71;5,0;2,5;5,5;270;0,0;1,2;1012,1;123,4;20,1;45;4,0;3,3;5,5;0,0;100;0,001;10,20;9,0;0;0;280;0,0;555,5;3,3;2,2" for h in HOURS)),
        "2024-01-13T00:10", {"temperature_c": 10, "apparent_temperature_c": 9, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "precipitation_mm": 1.2, "pressure_msl_hpa": 1012.1, "solar_radiation_wm2": 100}, timezone="UTC"),
    "davis_tab": Sample(
        text(*DAVIS_TAB, "13/02/21\t0:10\t8.2\t8.4\t8.1\t99\t8.1\t7.2\tNNW\t14.5\t1017.9\t0.2"),
        "2021-02-13T00:10", {"temperature_c": 8.2, "humidity_percent": 99, "dew_point_c": 8.1, "wind_speed_ms": 2, "wind_direction_deg": 337.5, "wind_gust_ms": 14.5 / 3.6, "pressure_msl_hpa": 1017.9, "precipitation_mm": 0.2}, timezone="UTC"),
    "davis_tab_us": Sample(
        text(*DAVIS_TAB, "02/13/21\t1:10p\t50.0\t50.1\t49.9\t99\t41.0\t10.0\tN\t20.0\t29.92\t0.01"),
        "2021-02-13T13:10", {"temperature_c": 10, "humidity_percent": 99, "dew_point_c": 5, "wind_speed_ms": 4.4704, "wind_direction_deg": 0, "wind_gust_ms": 8.9408, "pressure_msl_hpa": 29.92 * INHG, "precipitation_mm": 0.254}, timezone="UTC"),
    "easyweather": Sample(
        text("No.\tTime\tInterval\tIndoor Temperature(°C)\tIndoor Humidity(%)\tOutdoor Temperature(°C)\tOutdoor Humidity(%)\tRelative Pressure(mmHg)\tAbsolute Pressure(mmHg)\tWind Speed(km/h)\tGust(km/h)\tWind Direction\tDewPoint(°C)\tWindChill(°C)\tHour Rainfall(mm)\t24 Hour Rainfall(mm)\tWeek Rainfall(mm)\tMonth Rainfall(mm)\tTotal Rainfall(mm)", "1\t13-01-2024 00:30\t30\t21,0\t40\t10,0\t71\t750,0\t740,0\t36,0\t72,0\tNNW\t5,0\t9,0\t0,3\t0,3\t0,3\t0,3\t12,5"),
        "2024-01-13T00:30", {"temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 337.5, "pressure_msl_hpa": 750 * MMHG, "pressure_station_hpa": 740 * MMHG, "precipitation_mm": 12.5}, timezone="UTC"),
    "ecowitt_net": Sample(
        text("Time,Outdoor Temperature(℃),Outdoor Feels Like(℃),Outdoor Dew Point(℃),Outdoor Humidity(%),Indoor Temperature(℃),Indoor Humidity(%),Solar(w/m²),UVI,Rain Rate(mm/hr),Daily(mm),Event(mm),Hourly(mm),Wind(m/s),Gust(m/s),Wind Direction(º),Relative(hPa),Absolute(hPa)", "2024-01-13 00:05,10.0,9.0,5.0,71,21.0,40,100.5,0,3.0,1.2,2.2,0.5,2.5,5.5,270,1012.1,985.1"),
        "2024-01-13T00:05", ECOWITT, timezone="UTC"),
    "ecowitt_net_groups": Sample(
        text(",Outdoor,,,,Indoor,,Solar and UVI,,Rainfall,,,Wind,,,Pressure,", "Time,Temperature(℃),Feels Like(℃),Dew Point(℃),Humidity(%),Temperature(℃),Humidity(%),Solar(w/m2),UVI,Rain Rate(mm/hr),Daily(mm),Event(mm),Wind(m/s),Gust(m/s),Wind Direction(º),Relative(hPa),Absolute(hPa)", "2024-01-13 00:05,10.0,9.0,5.0,71,21.0,40,100.5,0,3.0,1.2,2.2,2.5,5.5,270,1012.1,985.1"),
        "2024-01-13T00:05", ECOWITT, timezone="UTC"),
    "hoboconnect": Sample(
        text('"#","Date-Time (EST/EDT)","Temperature , °C","RH , %"', '1,"07/13/2024 00:15:00",10.0,71', '2,"07/13/2024 00:30:00",10.1,71'),
        "2024-07-13T04:15", {"temperature_c": 10, "humidity_percent": 71}),
    "hobolink": Sample(
        text('"Line#","Date","Temperature (S-THB 1:2-1), *C, Roof","Dew Point (S-THB 1:2-1), *C, Roof","RH (S-THB 1:2-2), %, Roof","Wind Speed (S-WSB 1:2-1), m/s, Roof","Gust Speed (S-WSB 1:2-2), m/s, Roof","Wind Direction (S-WDA 1:3-1), *, Roof","Rain (S-RGB 1:4-1), mm, Roof","Pressure (S-BPB 1:5-1), mbar, Roof","Solar Radiation (S-LIB 1:6-1), W/m^2, Roof"', '1,"01/13/24 00:05:00",10.0,5.0,71,2.5,5.5,270,0.2,985.1,100.5'),
        "2024-01-13T00:05", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "precipitation_mm": 0.2, "pressure_station_hpa": 985.1, "solar_radiation_wm2": 100.5}, timezone="UTC"),
    "pywws_raw": Sample(
        text("2024-01-13 05:10:19,5,40,21.9,71,10.0,985.1,2.5,5.5,12,39.0,0", "2024-01-13 05:15:19,5,40,21.9,,,985.1,,,,39.3,64", "2024-01-13 05:20:19,5,40,21.9,71,10.1,985.1,2.5,5.5,3,39.3,0"),
        "2024-01-13T05:10", {"temperature_c": 10, "humidity_percent": 71, "pressure_station_hpa": 985.1, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "precipitation_mm": 39}),
    "refuse_noaa_summary": Sample(text("                   MONTHLY CLIMATOLOGICAL SUMMARY for Jan 2024", "", "NAME: Home", " DAY   MEAN  HIGH   TIME   LOW", " 01     5.1   9.1  14:05   1.1"), refused="DAILY_ONLY"),
    "toaci1": Sample(
        text('"TOACI1","CR1000","Table1"', '"TMSTAMP","RECNBR","AirTC_Avg","RH","WS_ms_Avg","WS_ms_Max","WindDir","BP_mbar","Rain_mm_Tot","SlrW_Avg"', *(f'"2024-01-13 00:{10 * i:02}:00",{i},10.0,71,2.5,5.5,270,985.1,0.2,100.5' for i in range(3))),
        "2024-01-13T00:00", {"temperature_c": 10, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "solar_radiation_wm2": 100.5}, timezone="UTC"),
    "weather_display": Sample(
        text("day month year hour minute temperature   humidity     dewpoint   barometer windspeed   gustspeed  direction   rainlastmin    dailyrain   monthlyrain    yearlyrain  heatindex", *(f"13  1  2024 {h:2}  5 10.0 71.03 5.0 1012.1 10.0 20.0 270 0.00 1.2 20.0 20.0 10.0" for h in HOURS)),
        "2024-01-13T00:05", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71.03, "pressure_msl_hpa": 1012.1, "wind_speed_ms": 5.14444, "wind_gust_ms": 10.28888, "wind_direction_deg": 270, "precipitation_mm": 1.2}, timezone="UTC"),
    "weathercloud": Sample(
        text("Date (Australia/Perth);Tempin (°C);Temp (°C);Chill (°C);Dew (°C);Humin (%);Hum (%);Wspdhi (km/h);Wspdavg (km/h);Wdiravg (°);Bar (hPa);Rain (mm);Rainrate (mm/h);Solarrad (W/m²);Uvi ();", "2024-01-13 13:10:00;24.7;10.0;9;5.0;40;71;19.8;9.0;270;1,012.1;1.2;0;100.5;;", "2024-01-13 13:20:00;24.7;10.1;9;5.1;40;71;19.8;9.0;270;1,012;1.2;0;100.5;;", encoding="utf-16-le"),
        "2024-01-13T05:10", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "precipitation_mm": 1.2, "solar_radiation_wm2": 100.5}),
    "weatherlink_cloud": Sample(
        text('"Home"', '""', '"Date & Time","Barometer - in Hg","Absolute Pressure - in Hg","Temp - °F","High Temp - °F","Hum - %","Dew Point - °F","Avg Wind Speed - mph","Prevailing Wind Direction","High Wind Speed - mph","Rain - in","High Rain Rate - in/h","Solar Rad - W/m^2","Inside Temp - °F"', '"1/13/24 12:15 AM","29.92","29.0","50.0","51.0","71","41.0","10.0","NNW","20.0","0.01","0.5","100.5","70"', encoding="cp1252"),
        "2024-01-13T00:15", {"pressure_msl_hpa": 29.92 * INHG, "pressure_station_hpa": 29 * INHG, "temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5, "wind_speed_ms": 4.4704, "wind_direction_deg": 337.5, "wind_gust_ms": 8.9408, "precipitation_mm": 0.254, "solar_radiation_wm2": 100.5}, timezone="UTC"),
    "wunderground_pws": Sample(
        text("", "Time,TemperatureF,DewpointF,PressureIn,WindDirection,WindDirectionDegrees,WindSpeedMPH,WindSpeedGustMPH,Humidity,HourlyPrecipIn,Conditions,Clouds,dailyrainin,SolarRadiationWatts/m^2,SoftwareType,DateUTC<br>", "2024-01-13 00:04:48,50.0,41.0,29.92,NNW,330,10.0,20.0,71,0.50,OVC,,0.10,100.5,wd,2024-01-13 08:04:48,", "<br>"),
        "2024-01-13T08:04", {"temperature_c": 10, "dew_point_c": 5, "pressure_msl_hpa": 29.92 * INHG, "wind_direction_deg": 330, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "humidity_percent": 71, "precipitation_mm": 2.54, "solar_radiation_wm2": 100.5}),
    "wunderground_pws_json": Sample(
        document({"observations": [{"stationID": "KTX1", "obsTimeUtc": "2024-01-13T00:04:48Z", "humidityAvg": 71, "winddirAvg": 270, "solarRadiation": 100.5, "metric": {"tempAvg": 10, "tempHigh": 11, "dewptAvg": 5, "windspeedAvg": 36, "windgustHigh": 72, "pressureMax": 1012.1, "precipRate": 3, "precipTotal": 1.2}}]}),
        "2024-01-13T00:04", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "precipitation_mm": 1.2, "solar_radiation_wm2": 100.5}),
}  # fmt: skip
