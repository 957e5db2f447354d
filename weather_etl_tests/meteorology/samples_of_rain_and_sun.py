"""Further files of the packaged profiles that have rain of several periods, snow, sun or cloud.

Keys and values as in `samples_of_variants.py`.
"""

import json

from weather_etl_tests.meteorology.sample_files import Sample, document, text

DAVIS = (
    "                  Temp     Hi    Low   Out         Wind        Wind    Hi    Hi   Wind   Heat          THSW                Rain  Solar   Solar Hi Solar",
    "  Date    Time     Out   Temp   Temp   Hum    Dew Speed   Dir   Run Speed   Dir  Chill  Index    THW  Index   Bar    Rain  Rate   Rad.  Energy    Rad.",
    "-" * 150,
)
ECOWITT_CSV = "Time,Outdoor Temperature(℃),Outdoor Humidity(%),Feels Like (℃),Rain Rate(mm/hr),Daily(mm),Weekly(mm),Monthly(mm),Yearly(mm)"
ECOWITT_DAY = {
    "times": ["2026-03-13 00:00", "2026-03-13 00:05"],
    "list": {
        "tempf": {"units": "℃", "list": {"tempf": ["10.0", "-"], "sendible_temp": ["9.0", ""], "drew_temp": ["5.0", ""]}},
        "humidity": {"units": "%", "list": {"humidity": [71, 71]}},
        "so_uv": {"units": ["w/m²", ""], "list": {"solarradiation": ["100.5", ""], "uv": ["1", ""]}},
        "rain": {"units": ["mm/hr", "mm"], "list": {"rainratein": ["4.0", "0.0"], "dailyrainin": ["0.5", "0.5"]}},
        "rain_statistcs": {"units": "mm", "list": {"weeklyrainin": ["4.3", "4.3"], "yearlyrainin": ["2353.5", "2353.5"]}},
        "wind_speed": {"units": ["km/h", "km/h"], "list": {"windspeedmph": ["36.0", ""], "windgustmph": ["72.0", ""]}},
        "winddir": {"units": "º", "list": {"winddir": [270, 270]}},
        "pressure": {"units": "inHg", "list": {"baromrelin": ["29.92", ""], "baromabsin": ["29.5", ""]}},
    },
}  # fmt: skip
ISD = "0100724940232342020010203004+37620-122365FM-15+0003KSFO V0202801N005112200019N016093199+01231-00451101321ADD"
LONG = {f"precipitation_{h}h_mm": h / 10 for h in (3, 6, 12, 24)}
METAR = "KDSM 130554Z 27010G20KT 10SM FEW020 BKN200 10/05 A2992 RMK AO2 OVC"
SMHI_HEAD = ("Stationsnamn;Stationsnummer;Stationsnät;Mäthöjd (meter över marken)", "Abisko;188790;x;2.0", "")
SMHI = {
    "Snödjup": ("0.03", {"snow_depth_cm": 3}), "Solskenstid": ("1800", {"sunshine_min": 30}),
    "Global Irradians (svenska stationer)": ("100.5", {"solar_radiation_wm2": 100.5}),
    "Total molnmängd": ("50", {"cloud_cover_percent": 50}),
}  # fmt: skip
FROST = {
    "sum(precipitation_amount PT12H)": 1.2, "surface_snow_thickness": 3, "sum(duration_of_sunshine PT1H)": 30,
    "mean(surface_downwelling_shortwave_flux_in_air PT1H)": 100.5,
}  # fmt: skip
RP5 = '"Local time in Oxford";"T";"Po";"P";"Pa";"U";"DD";"Ff";"ff10";"ff3";"N";"VV";"Td";"RRR";"tR";"sss"'
RP5_CELLS = '"15.02.2021 06:00";"1";"745.0";"757.0";"0.6";"87";"Calm, no wind";"0";"";"";"{}";"4.0";"0";"";"";"{}";'
RMI = "code,timestamp,precip_quantity,precip_range,temp,wind_speed,wind_speed_unit"


def rp5(cloud: str, snow: str, covered: float | None, depth: float | None) -> Sample:
    """What the words of rp5 mean for cloud and snow."""
    values = {"cloud_cover_percent": covered, "snow_depth_cm": depth}
    return Sample(text("# x", RP5, RP5_CELLS.format(cloud, snow)), "2021-02-15T06:00", values, timezone="UTC")


RAIN_AND_SUN: dict[str, Sample] = {
    "aemet_json: sun and snow": Sample(document([{"idema": "3195", "fint": "2024-01-13T05:00:00+0000", "ta": 10, "inso": 0.5, "nieve": 3}]), "2024-01-13T05:00", {"sunshine_min": 30, "snow_depth_cm": 3}),
    "agrimet: rain": Sample(text("DATE       TIME ,     ABEI OB  ,     ABEI PC  ", "01/13/2024 05:00,         50.00,        1.20"), "2024-01-13T05:00", {"temperature_c": 10, "precipitation_mm": 30.48}, timezone="UTC"),
    "ambient_json: all counters": Sample(document([{"dateutc": 1705122000000, "tempf": 50, "humidity": 71, "dailyrainin": 0.1, "weeklyrainin": 0.2, "monthlyrainin": 0.3, "yearlyrainin": 1, "date": "2024-01-13T05:00:00.000Z"}]), "2024-01-13T05:00", {"precipitation_mm": 25.4}),
    "aviationweather: rain, snow and cloud": Sample(text("raw_text,station_id,observation_time,temp_c,dewpoint_c,wind_speed_kt,pcp3hr_in,pcp6hr_in,pcp24hr_in,snow_in", f"{METAR},KDSM,2024-01-13T05:54:00Z,10,5,10,0.1,0.2,0.4,3"), "2024-01-13T05:54", {"precipitation_3h_mm": 2.54, "precipitation_6h_mm": 5.08, "precipitation_24h_mm": 10.16, "snow_depth_cm": 7.62, "cloud_cover_percent": 87.5}),
    "aviationweather_json: rain, snow and cloud": Sample(document([{"icaoId": "KDSM", "obsTime": 1705125240, "temp": 10, "wspd": 10, "precip": 0.1, "pcp3hr": 0.1, "pcp6hr": 0.2, "pcp24hr": 0.4, "snow": 3, "metarType": "METAR", "rawOb": METAR}]), "2024-01-13T05:54", {"precipitation_mm": 2.54, "precipitation_3h_mm": 2.54, "precipitation_6h_mm": 5.08, "precipitation_24h_mm": 10.16, "snow_depth_cm": 7.62, "cloud_cover_percent": 87.5}),
    "bom_axf: cloud": Sample(text("[data]", "sort_order,wmo,name[80],aifstime_utc[80],air_temp,rel_hum,cloud_oktas", '0,94768,"Sydney","20240112230000",10,71,4', "[$]"), "2024-01-12T23:00", {"cloud_cover_percent": 50}),
    "bom_json: cloud": Sample(document({"observations": {"data": [{"wmo": 94768, "aifstime_utc": "20240112230000", "air_temp": 10, "rel_hum": 71, "cloud_oktas": 4}]}}), "2024-01-12T23:00", {"cloud_cover_percent": 50}),
    "brightsky_json: sun": Sample(document({"weather": [{"timestamp": f"2024-01-13T{h:02}:00:00+00:00", "source_id": 1, "temperature": 10, "dew_point": 5, "relative_humidity": 71.03, "sunshine": 30, "solar": 0.1} for h in range(12)]}), "2024-01-13T00:00", {"sunshine_min": 30, "solar_radiation_wm2": 100}),
    "brightsky_json: sun in SI": Sample(document({"weather": [{"timestamp": f"2024-01-13T{h:02}:00:00+00:00", "source_id": 1, "temperature": 283.15, "dew_point": 278.15, "relative_humidity": 71.03, "sunshine": 1800, "solar": 360000} for h in range(12)]}), "2024-01-13T00:00", {"sunshine_min": 30, "solar_radiation_wm2": 100}),
    "darksky_api: cloud": Sample(text("temperature,time,apparentTemperature,windSpeed,windBearing,dewPoint,cloudCover,precipIntensity", "10,2011-11-11 00:00:00,9,2.5,270,5,0.5,1.2"), "2011-11-11T00:00", {"cloud_cover_percent": 50}, timezone="UTC"),
    "davis_weatherlink: names over two lines, as the console writes them": Sample(text(*DAVIS, "13/02/21   8:30    6.8    6.9    6.8    96    6.2  11.3    NW  1.88  19.3    NW    4.6    6.9    4.7    2.4  1017.2  0.00   0.0     3     0.04      5"), "2021-02-13T08:30", {"temperature_c": 6.8, "wind_speed_ms": 11.3 / 3.6, "wind_direction_deg": 315, "wind_gust_ms": 19.3 / 3.6, "solar_radiation_wm2": 3}, timezone="UTC"),
    "dwd_poi: rain, snow and sun": Sample(text("surface observations;Parameter description;dry_bulb_temperature_at_2_meter_above_ground;precipitation_amount_last_3_hours;precipitation_amount_last_6_hours;precipitation_amount_last_12_hours;precipitation_amount_last_24_hours;total_snow_depth;total_time_of_sunshine_during_last_hour;global_radiation_last_hour", "10147;Unit;Grad C;mm;mm;mm;mm;cm;min;W/m2", "Datum;Uhrzeit (UTC);Temperatur;3;6;12;24;Schnee;Sonne;Strahlung", "13.01.24;05:00;10,0;0,3;0,6;1,2;2,4;3;30;100,5", encoding="latin-1"), "2024-01-13T05:00", {**LONG, "snow_depth_cm": 3, "sunshine_min": 30, "solar_radiation_wm2": 100.5}),
    "ecowitt_json: a whole day": Sample(json.dumps(ECOWITT_DAY).encode(), "2026-03-13T00:00", {"temperature_c": 10, "apparent_temperature_c": 9, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 270, "pressure_msl_hpa": 29.92 * 33.8639, "pressure_station_hpa": 29.5 * 33.8639, "solar_radiation_wm2": 100.5, "precipitation_mm": 2353.5}, timezone="UTC"),
    "ecowitt_net: all counters": Sample(text(ECOWITT_CSV, "2024-01-13 05:00,10,71,9,4,0.5,1.5,2.5,3.5"), "2024-01-13T05:00", {"precipitation_mm": 3.5}, timezone="UTC"),
    "fmi: cloud and radiation": Sample(text("Year,m,d,Time,Time zone,Air temperature (degC),Cloud amount (1/8),Global radiation (W/m2)", "2024,1,13,05:00,UTC,10,4,100.5"), "2024-01-13T05:00", {"cloud_cover_percent": 50, "solar_radiation_wm2": 100.5}, timezone="Europe/Helsinki"),
    "frost_json: rain, snow and sun": Sample(document({"data": [{"sourceId": "SN18700:0", "referenceTime": "2024-01-13T05:00:00.000Z", "observations": [{"elementId": e, "value": v} for e, v in FROST.items()]}]}), "2024-01-13T05:00", {"precipitation_12h_mm": 1.2, "snow_depth_cm": 3, "sunshine_min": 30, "solar_radiation_wm2": 100.5}),
    "iem_asos: cloud by layers": Sample(text("station,valid,tmpf,skyc1,skyc2,skyc3,skyc4", "DSM,2024-01-13 05:54,50,FEW,BKN,M,M", "DSM,2024-01-13 06:54,50,M,M,M,M"), "2024-01-13T05:54", {"cloud_cover_percent": 87.5}),
    "iem_asos: the sky is invisible": Sample(text("station,valid,tmpf,skyc1,skyc2", "DSM,2024-01-13 05:54,50,FEW,VV "), "2024-01-13T05:54", {"temperature_c": 10, "cloud_cover_percent": None}),
    "noaa_ghcnh: cloud by layers": Sample(text("Station_ID|Year|Month|Day|Hour|Minute|temperature|temperature_Quality_Code|sky_cover_1|sky_cover_1_Quality_Code|sky_cover_baseht_1|sky_cover_2|sky_cover_2_Quality_Code|sky_cover_3", "USW00013967|2023|01|12|08|52|10|5|FEW:02|5|+07620|BKN:07|5|"), "2023-01-12T08:52", {"cloud_cover_percent": 87.5}),
    "iem_asos: cloud": Sample(text("station,valid,tmpf,metar", f"DSM,2024-01-13 05:54,50,{METAR}"), "2024-01-13T05:54", {"cloud_cover_percent": 87.5}),
    "isd_full: trace, snow, cloud": Sample(text(f"{ISD}AA101000021AJ100031100003199GF104995041041000901991991"), "2020-01-02T03:00", {"precipitation_mm": 0, "snow_depth_cm": 3, "cloud_cover_percent": 50}),
    "isd_full: odd periods": Sample(text(f"{ISD}AA109000991AA215001591AA318001891AA421002191"), "2020-01-02T03:00", {"precipitation_9h_mm": 0.9, "precipitation_15h_mm": 1.5, "precipitation_18h_mm": 1.8, "precipitation_21h_mm": 2.1}),
    "metar: rain of long periods, and snow": Sample(text("METAR KEWR 311751Z 03006KT 10SM SCT050 10/08 A2958 RMK SLP019 P0003 60010 70125 4/012 T01000080="), "2024-05-31T17:51", {"precipitation_mm": 0.762, "precipitation_6h_mm": 2.54, "precipitation_24h_mm": 31.75, "snow_depth_cm": 30.48, "cloud_cover_percent": 50}, name="metar_2024-06-01.txt"),
    "metar: rain of 3 hours": Sample(text("METAR KEWR 312051Z 03006KT 10SM SCT050 10/08 A2958 RMK SLP019 60010 T01000080="), "2024-05-31T20:51", {"precipitation_3h_mm": 2.54}, name="metar_2024-06-01.txt"),
    "meteoblue: sun and cloud": Sample(text("location,Basel,Basel", "lat,47.56,47.56", "lon,7.57,7.57", "asl,280,280", "timestamp,Basel Temperature [2 m elevation corrected],Basel Cloud Cover Total,Basel Sunshine Duration,Basel Shortwave Radiation", "20240113T0500,10,50,30,100.5"), "2024-01-13T05:00", {"cloud_cover_percent": 50, "sunshine_min": 30, "solar_radiation_wm2": 100.5}, timezone="UTC", place={"latitude": 47.56, "longitude": 7.57, "elevation_m": 280.0}),
    "meteofrance_hourly: snow": Sample(text("NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJHH;RR1;QRR1;T;QT;NEIGETOT;QNEIGETOT", "13001009;AIX;43.5;5.4;173;2024011305;0.2;1;10;1;3;1"), "2024-01-13T05:00", {"snow_depth_cm": 3}),
    "meteomatics: rain, snow and sun": Sample(text("validdate;t_2m:C;precip_24h:mm;snow_depth:cm;sunshine_duration_1h:min", "2024-01-13T05:00:00Z;10;2.4;3;30"), "2024-01-13T05:00", {"precipitation_24h_mm": 2.4, "snow_depth_cm": 3, "sunshine_min": 30}),
    "mf_synop_ods: all periods, a trace": Sample(text("ID OMM station;Date;Température;Pression station;Nebulosité totale;Hauteur totale de la couche de neige, glace, autre au sol;Précipitations dans la dernière heure;Précipitations dans les 3 dernières heures;Précipitations dans les 6 dernières heures;Précipitations dans les 12 dernières heures;Précipitations dans les 24 dernières heures", "07690;2023-07-01T02:00:00+02:00;283.15;98510;50;0.03;-0.1;0.3;0.6;1.2;2.4"), "2023-07-01T00:00", {"precipitation_mm": 0, **LONG, "snow_depth_cm": 3, "cloud_cover_percent": 50}),
    "nasa_power: snow and cloud": Sample(text("-BEGIN HEADER-", "Dates (month/day/year): 01/01/2022 through 01/02/2022 in UTC", "-END HEADER-", "YEAR,MO,DY,HR,T2M,RH2M,CLOUD_AMT,SNODP", "2022,1,1,5,10,71,50,3"), "2022-01-01T05:00", {"cloud_cover_percent": 50, "snow_depth_cm": 3}),
    **{f"noaa_global_hourly: rain of {h} hours": Sample(text('"STATION","DATE","SOURCE","REPORT_TYPE","WND","TMP","AA1","AA2"', f'"01001099999","2020-01-01T06:00:00","4","FM-12","030,1,N,0051,1","-0070,1","01,0002,9,1","{h:02},{h:04},9,1"'), "2020-01-01T06:00", {"precipitation_mm": 0.2, f"precipitation_{h}h_mm": h / 10}) for h in (3, 6, 12, 24)},
    "noaa_lcd_2016: cloud": Sample(text("STATION,DATE,REPORTTPYE,HOURLYSKYCONDITIONS,HOURLYDRYBULBTEMPF,HOURLYStationPressure", "WBAN:13874,2016-01-13 00:52,FM-15,FEW:02 25 BKN:07 250,50,28.93"), "2016-01-13T05:52", {"cloud_cover_percent": 87.5}, timezone="America/New_York"),
    "nws_json: rain and cloud": Sample(document({"features": [{"properties": {"station": "https://api.weather.gov/stations/KDSM", "timestamp": "2024-01-13T05:54:00+00:00", "rawMessage": METAR, "temperature": {"unitCode": "wmoUnit:degC", "value": 10}, "precipitationLastHour": {"unitCode": "wmoUnit:mm", "value": 0.2}, "precipitationLast3Hours": {"unitCode": "wmoUnit:mm", "value": 0.3}, "precipitationLast6Hours": {"unitCode": "wmoUnit:mm", "value": 0.6}}}]}), "2024-01-13T05:54", {"precipitation_mm": 0.2, "precipitation_3h_mm": 0.3, "precipitation_6h_mm": 0.6, "cloud_cover_percent": 87.5}),
    **{f"rmi_synop: rain of {h} hours": Sample(text(RMI, f"6451,2024-01-13T05:00:00,{h / 10},{code},10,2.5,1"), "2024-01-13T05:00", {f"precipitation_{h}h_mm": h / 10, "precipitation_mm": None}) for h, code in ((3, 7), (6, 1), (12, 2), (18, 3), (24, 4))},
    "rp5: covered": rp5("100%.", "63.0", 100, 63),
    "rp5: nearly covered, a breath of snow": rp5("90  or more, but not 100%", "Less than 0.5", 87.5, 0.5),
    "rp5: patches of snow, nearly clear": rp5("10%  или менее, но не 0", "Снежный покров не постоянный.", 12.5, 0),
    "rp5: nothing to be seen": rp5("Sky obscured by fog and/or other meteorological phenomena.", "Measurement impossible or inaccurate.", None, None),
    "seklima: cloud": Sample(text("Navn;Stasjon;Tid(norsk normaltid);Lufttemperatur;Skydekke", "Oslo - Blindern;SN18700;13.07.2024 05:00;10,0;4"), "2024-07-13T04:00", {"cloud_cover_percent": 50}),
    **{f"smhi: {n}": Sample(text(*SMHI_HEAD, f"Datum;Tid (UTC);{n};Kvalitet;;Tidsutsnitt:", f"2024-01-13;05:00:00;{cell};G;;x"), "2024-01-13T05:00", values, place={"station": "188790", "name": "Abisko"}) for n, (cell, values) in SMHI.items()},
    "synop: rain, snow, sun and cloud": Sample(text("AAXX 01061", "10384 01583 42310 10102 20081 30155 40184 60021 333 4/003 55305 20036 60055 70024="), "2024-05-01T06:00", {"precipitation_6h_mm": 2, "precipitation_12h_mm": None, "precipitation_24h_mm": 2.4, "snow_depth_cm": 3, "sunshine_min": 30, "solar_radiation_wm2": 10, "cloud_cover_percent": 50, "precipitation_mm": 5}, name="synop_2024-05-01.txt"),
    "synop: a trace, hardly any snow, no sky": Sample(text("AAXX 01061", "10384 21583 92310 10102 20081 333 4/997 69905="), "2024-05-01T06:00", {"precipitation_mm": 0, "snow_depth_cm": 0.5, "cloud_cover_percent": None}, name="synop_2024-05-01.txt"),
    **{f"synop: rain of {h} hours": Sample(text("AAXX 01061", f"10384 11583 42310 10102 20081 6002{code}="), "2024-05-01T06:00", {f"precipitation_{h}h_mm": 2}, name="synop_2024-05-01.txt") for h, code in ((3, 7), (9, 8), (12, 2), (15, 9), (18, 3))},
    "synoptic: rain and snow": Sample(text("# STATION: KSLC", "Station_ID,Date_Time,air_temp_set_1,precip_accum_three_hour_set_1,precip_accum_six_hour_set_1,precip_accum_24_hour_set_1,snow_depth_set_1", ",,Celsius,Millimeters,Millimeters,Millimeters,Millimeters", "KSLC,2024-01-13T05:00:00Z,10,0.3,0.6,2.4,30"), "2024-01-13T05:00", {"precipitation_3h_mm": 0.3, "precipitation_6h_mm": 0.6, "precipitation_24h_mm": 2.4, "snow_depth_cm": 3}),
    "worldmet: rain and cloud": Sample(text('"code","station","date","ws","wd","air_temp","atmos_pres","cl","precip_6","precip_12","precip"', '"037720-99999","HEATHROW","2024-01-13 05:00:00",2.5,270,10,1012.1,4,0.6,1.2,0.1'), "2024-01-13T05:00", {"precipitation_6h_mm": 0.6, "precipitation_12h_mm": 1.2, "precipitation_mm": None, "cloud_cover_percent": 50}),
}  # fmt: skip
