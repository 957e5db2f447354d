"""Further files of the packaged profiles: other products, years, header languages and packings of one producer.

Keys are `<profile>: <what is different>`. Values are those of the first row, or of the first row that has the variable
where a format has a row for every variable.
"""

import gzip
import json

from weather_etl_tests.meteorology.sample_files import Sample, document, text, zipped
from weather_etl_tests.meteorology.samples_of_services import BADC, BRACKNELL, JMA

DWD_AT = "         44;2024011305;   10;"
SMHI_HEAD = (
    "Stationsnamn;Stationsnummer;Stationsnät;Mäthöjd (meter över marken)",
    "Abisko;188790;SMHIs stationsnät;2.0",
    "",
)
ABISKO = {"station": "188790", "name": "Abisko"}
WEEWX = "dateTime,usUnits,interval,barometer,pressure,outTemp,outHumidity,windSpeed,windDir,windGust,rain,dewpoint,radiation"


def dwd(product: str, names: str, cells: str, member: str = "stunde", at: str = DWD_AT) -> bytes:
    """A zip of the DWD: places beside the data."""
    return zipped(**{
        "Metadaten_Geographie_00044__txt": text("Stations_id;Stationshoehe;Geogr.Breite;Geogr.Laenge;von_datum;bis_datum;Stationsname", "         44;  44.00; 52.9336;  8.2370;20070401;        ;Großenkneten", encoding="latin-1"),
        f"produkt_{product}_{member}_20240101_20240131_00044__txt": text(f"STATIONS_ID;MESS_DATUM;QN_3;{names};eor", f"{at}{cells};eor", encoding="latin-1"),
    })  # fmt: skip


GROSSENKNETEN = {"latitude": 52.9336, "longitude": 8.237, "elevation_m": 44.0, "name": "Großenkneten"}
DWD_PRODUCTS = {
    "tu": ("TT_TU;RF_TU", "10.0;71", {"temperature_c": 10, "humidity_percent": 71}),
    "td": ("  TT;  TD", "10.0;5.0", {"temperature_c": 10, "dew_point_c": 5}),
    "tf": ("ABSF_STD;VP_STD;TF_STD;P_STD;TT_STD;RF_STD;TD_STD", "7;9;8;985.1;10.0;71;5.0", {"pressure_station_hpa": 985.1, "temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5}),
    "f": ("  FF;  DD", "2.5; 270", {"wind_speed_ms": 2.5, "wind_direction_deg": 270}),
    "fx": ("FX_911", "5.5", {"wind_gust_ms": 5.5}),
    "p0": ("   P;  P0", "1012.1; 985.1", {"pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1}),
    "rr": ("  R1;RS_IND;WRTR", "0.2;1;-999", {"precipitation_mm": 0.2}),
    "sd": ("SD_SO", "30", {"sunshine_min": 30}),
    "vv": ("V_VV_I;V_VV", "P;9000", {"visibility_km": 9}),
    "n": ("V_N_I; V_N", "P;4", {"cloud_cover_percent": 50}),
}  # fmt: skip
SMHI = {
    "Daggpunktstemperatur": ("5", {"dew_point_c": 5}), "Relativ Luftfuktighet": ("71", {"humidity_percent": 71}),
    "Byvind": ("5.5", {"wind_gust_ms": 5.5}), "Lufttryck reducerat havsytans nivå": ("1012.1", {"pressure_msl_hpa": 1012.1}),
    "Nederbördsmängd": ("0.2", {"precipitation_mm": 0.2}), "Sikt": ("9000", {"visibility_km": 9}),
}  # fmt: skip
JMA_ALL = "露点温度(℃),相対湿度(％),風速(m/s),現地気圧(hPa),海面気圧(hPa),日射量(MJ/㎡),日照時間(時間),積雪(cm),視程(km),雲量(10分比),降水量(mm)"  # noqa: RUF001
JMA_CELLS = ("5", "71", "2.5", "985.1", "1012.1", "0.36", "0.5", "3", "9", "5+", "0.5")
JMA_VALUES = {"dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "solar_radiation_wm2": 100, "sunshine_min": 30, "snow_depth_cm": 3, "visibility_km": 9, "cloud_cover_percent": 50, "precipitation_mm": 0.5}  # fmt: skip
FROST = {"dew_point_temperature": 5, "relative_humidity": 71, "max(wind_speed_of_gust PT1H)": 5.5, "wind_from_direction": 270, "air_pressure_at_sea_level": 1012.1, "surface_air_pressure": 985.1, "sum(precipitation_amount PT1H)": 0.2, "cloud_area_fraction": 4}  # fmt: skip
DMI = {"wind_speed": 2.5, "temp_dew": 5, "humidity": 71, "wind_max": 5.5, "wind_dir": 270, "pressure_at_sea": 1012.1, "pressure": 985.1, "precip_past1h": 0.2, "visibility": 9000, "radia_glob": 100.5}  # fmt: skip
GHCNH = {"wind_gust": "5.5", "wind_direction": "270", "relative_humidity": "71", "sea_level_pressure": "1012.1", "station_level_pressure": "985.1", "visibility": "9", "snow_depth": "30", **{f"precipitation_{h}_hour": str(h / 10) for h in (3, 9, 12, 15, 18, 21, 24)}}  # fmt: skip


def jma(names_below: bool) -> bytes:
    """All elements, with a quality behind each, as the download has them."""
    names = JMA_ALL.split(",")
    places = ",東京" * (2 * len(names))
    elements = "年月日時," + ",".join(f"{n},{n}" for n in names)
    cells = "2024/1/1 1:00:00," + ",".join(f"{c},8" for c in JMA_CELLS)
    below = [",,,,,,風向" + "," * (2 * len(names) - 6)] if names_below else []
    return text(*JMA, places, elements, *below, "," + ",".join([",品質情報"] * len(names)), cells, encoding="cp932")


VARIANTS: dict[str, Sample] = {
    "toa5: numbered sensors, units in another encoding than UTF-8": Sample(
        text('TOA5,23007,CR1000,23007,CR1000.Std.16,CPU:a.CR1,45420,Metdata_5min', "TIMESTAMP,RECORD,SlrW_Avg,T_Air1_Avg,T_Air2_Avg,RH_Avg,Prec_Tot", "TS,RN,W/m²,C,C,%,mm", ",,Avg,Avg,Avg,Avg,Tot", "2024-01-13 00:05:00,1,100.5,10.0,10.3,71,0.2", "2024-01-13 00:10:00,2,100.5,10.1,10.4,71,0.2", encoding="cp1252"),
        "2024-01-13T00:05", {"solar_radiation_wm2": 100.5, "temperature_c": 10, "humidity_percent": 71, "precipitation_mm": 0.2}, timezone="UTC"),
    "noaa_ghcnh: newer header": Sample(text("STATION|Station_name|DATE|LATITUDE|LONGITUDE|ELEVATION|temperature|temperature_Measurement_Code|temperature_Quality_Code|wind_speed|wind_speed_Quality_Code", "USW00013967|OKC|2024-01-13T05:52:00|35.4|-97.6|391.7|10||5|2.5|3"), "2024-01-13T05:52", {"temperature_c": 10, "wind_speed_ms": 2.5}, upstream={"wind_speed_ms": 4}),
    "ecowitt_net: memory card of a console": Sample(text("Time,Indoor Temperature(℃),Indoor Humidity(%),Outdoor Temperature(℃),Outdoor Humidity(%),Dew Point(℃),Feels Like (℃),VPD(kPa),Wind(m/s),Gust(m/s),Wind Direction(deg),ABS Pressure(hPa),REL Pressure(hPa),Solar Rad(w/m2),UV-Index,Hourly Rain(mm),Daily Rain(mm),Total Rain(mm)", "2024/1/13 0:05,21,40,10,71,5,9,0.3,2.5,5.5,270,985.1,1012.1,100.5,0,0.5,1.2,500"), "2024-01-13T00:05", {"temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5, "apparent_temperature_c": 9, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "solar_radiation_wm2": 100.5, "precipitation_mm": 1.2}, timezone="UTC"),
    "met_eireann: packed with its key": Sample(zipped(KeyHourly__txt=b"rain: Precipitation Amount (mm)\n", hly532__csv=text("Station Name: DUBLIN AIRPORT", "", "date,ind,rain,ind,temp,ind,wetb,dewpt,vappr,rhum,msl", "13-jan-2024 05:00,0,0.2,0,10,0,7,5,9.3,71,1012.1")), "2024-01-13T05:00", {"precipitation_mm": 0.2, "temperature_c": 10}, place={"name": "DUBLIN AIRPORT"}),
    "davis_tab: sun": Sample(text("\t\tTemp\tHi\tOut\t \tSolar", "Date\tTime\tOut\tTemp\tHum\tBar  \tRad.", "13/02/21\t0:10\t8.2\t8.4\t99\t1017.9\t100"), "2021-02-13T00:10", {"solar_radiation_wm2": 100}, timezone="UTC"),
    **{f"dwd_hourly: {p}": Sample(dwd(p, names, cells), "2024-01-13T05:00", values, place=GROSSENKNETEN) for p, (names, cells, values) in DWD_PRODUCTS.items()},
    "dwd_hourly: radiation, with minutes": Sample(dwd("st", "ATMO_LBERG;FD_LBERG;FG_LBERG;SD_LBERG;ZENIT;MESS_DATUM_WOZ", "106;0;36;0;90;2024011305:00", at="        183;2024011304:52;    1;"), "2024-01-13T04:52", {"solar_radiation_wm2": 100}, place=GROSSENKNETEN),
    "dwd_10min: wind": Sample(dwd("zehn_min_ff", "FF_10;DD_10", "2.5;270", "", "         44;202401130510;    3;"), "2024-01-13T05:10", {"wind_speed_ms": 2.5, "wind_direction_deg": 270}, place=GROSSENKNETEN),
    "dwd_10min: gusts": Sample(dwd("zehn_min_fx", "FX_10;FNX_10;FMX_10;DX_10", "5.5;1;4;270", "", "         44;202401130510;    3;"), "2024-01-13T05:10", {"wind_gust_ms": 5.5}, place=GROSSENKNETEN),
    "dwd_10min: rain": Sample(dwd("zehn_min_rr", "RWS_DAU_10;RWS_10;RWS_IND_10", "5;0.2;1", "", "         44;202401130510;    3;"), "2024-01-13T05:10", {"precipitation_mm": 0.2}, place=GROSSENKNETEN),
    **{f"smhi: {n}": Sample(b"\xef\xbb\xbf" + text(*SMHI_HEAD, f"Datum;Tid (UTC);{n};Kvalitet;;Tidsutsnitt:", f"2024-01-13;05:00:00;{cell};G;;Kvalitetskontrollerade data").replace(b"\n", b"\r\n"), "2024-01-13T05:00", values, place=ABISKO) for n, (cell, values) in SMHI.items()},
    "smhi: wind": Sample(text(*SMHI_HEAD, "Datum;Tid (UTC);Vindriktning;Kvalitet;Vindhastighet;Kvalitet;;Tidsutsnitt:", "2024-01-13;05:00:00;270;G;2.5;Y;;x"), "2024-01-13T05:00", {"wind_direction_deg": 270, "wind_speed_ms": 2.5}, upstream={"wind_speed_ms": 3}, place=ABISKO),
    "jma: all elements": Sample(jma(False), "2023-12-31T16:00", JMA_VALUES),
    "jma_wind: all elements": Sample(jma(True), "2023-12-31T16:00", JMA_VALUES),
    "jma_plain: all elements": Sample(text(*JMA, ",東京" * len(JMA_CELLS), "年月日時," + JMA_ALL, "2024/1/1 1:00:00," + ",".join(JMA_CELLS), encoding="cp932"), "2023-12-31T16:00", JMA_VALUES),
    "frost_json: elements": Sample(
        document({"data": [{"sourceId": "SN18700:0", "referenceTime": "2024-01-13T05:00:00.000Z", "observations": [{"elementId": e, "value": v} for e, v in FROST.items()]}]}),
        "2024-01-13T05:00", {"dew_point_c": 5, "humidity_percent": 71, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "cloud_cover_percent": 50}),
    "dmi_json: parameters": Sample(
        document({"features": [{"properties": {"observed": "2024-01-13T05:00:00Z", "parameterId": p, "stationId": "06180", "value": v}} for p, v in DMI.items()]}),
        "2024-01-13T05:00", {"wind_speed_ms": 2.5, "dew_point_c": 5, "humidity_percent": 71, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "visibility_km": 9, "solar_radiation_wm2": 100.5}),
    "home_assistant: all": Sample(
        text("entity_id,state,last_changed", *(f"sensor.{n},{v},2024-01-13T05:00:00Z" for n, v in (("outdoor_humidity", 71), ("roof_wind_speed", 36), ("roof_wind_bearing", 270), ("roof_pressure", 1012.1)))),
        "2024-01-13T05:00", {"humidity_percent": 71, "wind_speed_ms": 10, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1}),
    "midas_rain: one hour": Sample(text(*BADC, "ob_end_time,id,src_id,prcp_amt,prcp_dur", "2024-01-13 05:00:00,3768,838,0.2,1", "end data"), "2024-01-13T05:00", {"precipitation_mm": 0.2}, place=BRACKNELL),
    "noaa_ghcnh: the rest": Sample(text("Station_ID|Station_name|Year|Month|Day|Hour|Minute|temperature|temperature_Quality_Code|" + "|".join(GHCNH), "USW00013967|OKC|2023|01|12|08|52|10|5|" + "|".join(GHCNH.values())), "2023-01-12T08:52", {"wind_gust_ms": 5.5, "wind_direction_deg": 270, "humidity_percent": 71, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "visibility_km": 9, "snow_depth_cm": 3, **{f"precipitation_{h}h_mm": h / 10 for h in (3, 9, 12, 15, 18, 21, 24)}}),
    "noaa_global_hourly: rain of an hour": Sample(text('"STATION","DATE","SOURCE","REPORT_TYPE","WND","VIS","TMP","DEW","SLP","AA1"', '"01001099999","2020-01-01T06:00:00","4","FM-15","030,1,N,0051,1","010000,1,9,9","-0070,1","-0100,1","09987,1","01,0012,9,1"'), "2020-01-01T06:00", {"precipitation_mm": 1.2}),
    "noaa_lcd_v2: gust": Sample(text("STATION,DATE,REPORT_TYPE,HourlyDryBulbTemperature,HourlyStationPressure,HourlyWindGustSpeed,REM", "USW00014939,2023-01-01T00:54:00,FM-15,1.5,973.1,5.5,KLNK 010654Z VRB06KT"), "2023-01-01T06:54", {"wind_gust_ms": 5.5}),
    "iem_asos: local times, proven by the reports": Sample(text("station,valid,tmpf,metar", *(f"DSM,2024-01-13 {h:02}:54,50,KDSM 13{h + 6:02}54Z 18010KT 10SM CLR" for h in range(6))), "2024-01-13T06:54", {"temperature_c": 10}),
    "isd_full: rain": Sample(text(*("0100724940232342020010203004+37620-122365FM-15+0003KSFO V0202801N00511220001" "9N0160931" "99+01231-0045210132" "1ADDAA101001291AA203001591AA306002191AA412003091".replace(" ", " ") for _ in range(1))), "2020-01-02T03:00", {"precipitation_mm": 1.2, "precipitation_3h_mm": 1.5, "precipitation_6h_mm": 2.1, "precipitation_12h_mm": 3.0}, upstream={"dew_point_c": 3}),
    "isd_full: rain of a day": Sample(text("0100724940232342020010203004+37620-122365FM-15+0003KSFO V0202801N00511220001" "9N0160931" "99+01231-00451101321ADDAA124004091"), "2020-01-02T03:00", {"precipitation_24h_mm": 4.0}),
    "kma_asos: snow": Sample(text("지점,지점명,일시,기온(°C),강수량(mm),적설(cm)", "108,서울,2021-01-13 9:00,-1,,3", encoding="cp949"), "2021-01-13T00:00", {"snow_depth_cm": 3, "precipitation_mm": 0}),
    "metar: rain": Sample(text("METAR KDMH 312354Z AUTO 18010KT 10SM RA 10/05 A3012 RMK AO1 P0010="), "2024-05-31T23:54", {"precipitation_mm": 2.54}, name="metar_2024-06-01.txt"),
    "metar: list of Ogimet": Sample(text("# METAR/SPECI from EDDF", "202401130020 METAR EDDF 130020Z AUTO 20010KT 9999 FEW030 10/05 Q1012 NOSIG=", "202401130050 METAR EDDF 130050Z AUTO 20008KT 9999 FEW030 10/05 Q1012 NOSIG="), "2024-01-13T00:20", {"temperature_c": 10, "dew_point_c": 5, "wind_speed_ms": 5.14444}),
    "metar: CSV of Ogimet": Sample(text("EDDF,2024,01,13,00,20,METAR EDDF 130020Z AUTO 20010KT 9999 FEW030 10/05 Q1012 NOSIG="), "2024-01-13T00:20", {"temperature_c": 10}),
    "meteostat: cloud": Sample(text("time,temp,dwpt,cldc", "2024-01-13 05:00:00,10,5,4"), "2024-01-13T05:00", {"cloud_cover_percent": 50}),
    "meteostat_bulk: packed": Sample(gzip.compress(text("2024-01-13,5,10.0,5.0,71.0,0.2,30,270.0,36.0,72.0,1012.1,30,1")), "2024-01-13T05:00", {"temperature_c": 10, "snow_depth_cm": 3, "sunshine_min": 30}),
    "meteostat_json: rest": Sample(json.dumps({"data": [{"time": "2024-01-13 05:00:00", "prcp": 0.2, "snow": 30, "tsun": 30, "wpgt": 72, "cldc": 4}]}).encode(), "2024-01-13T05:00", {"precipitation_mm": 0.2, "snow_depth_cm": 3, "sunshine_min": 30, "wind_gust_ms": 20, "cloud_cover_percent": 50}),
    "meteoswiss: km/h, and no temperature": Sample(text("station_abbr;reference_timestamp;fu3010h0;fu3010h1;htoauths", "BAS;13.01.2024 05:00;36;72;3"), "2024-01-13T05:00", {"wind_speed_ms": 10, "wind_gust_ms": 20, "snow_depth_cm": 3}),
    "eccc_hourly: rain": Sample(text('"Date/Time (LST)","Temp (°C)","Temp Flag","Rel Hum (%)","Precip. Amount (mm)","Precip. Amount Flag","Stn Press (kPa)"', '"2024-07-13 00:00","10","","71","0.2","","98.5"'), "2024-07-13T05:00", {"precipitation_mm": 0.2}, timezone="America/Toronto"),
    "nasa_power: solar time, 2 m": Sample(text("-BEGIN HEADER-", "Dates (month/day/year): 01/13/2024 through 01/14/2024 in LST", "Location: Latitude  19.07   Longitude 72.87", "-END HEADER-", "YEAR,MO,DY,HR,T2M,RH2M,WS2M", "2024,1,13,5,10,71,2.5"), "2024-01-13T00:00", {"wind_speed_ms": 2.5}, place={"latitude": 19.07, "longitude": 72.87}),
    "ndbc: low pressure is no missing value": Sample(text("#YY  MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS  TIDE", "#yr  mo dy hr mn degT m/s  m/s     m   sec   sec degT   hPa  degC  degC  degC   mi    ft", "2010 01 13 05 50  99  2.5 99.0 99.00 99.00 99.00 999  999.0  10.0 999.0 999.0  9.0 99.00"), "2010-01-13T05:50", {"wind_direction_deg": 99, "wind_gust_ms": None, "pressure_msl_hpa": 999, "dew_point_c": None, "visibility_km": 9 * 1.609344}),
    "nrel_midc: humidity": Sample(text("DATE (MM/DD/YYYY),MST,Air Temperature [deg C],RH [%],Dew Point Temp [deg C]", "10/14/2018,13:07,10,71,5"), "2018-10-14T20:07", {"humidity_percent": 71, "dew_point_c": 5}),
    "nsrdb: asked for in UTC": Sample(text("Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone", "NSRDB,401182,-,-,-,40.53,-108.54,0,2168,-7", "Year,Month,Day,Hour,Minute,Temperature,Pressure", "2017,1,1,0,30,10,779"), "2017-01-01T00:30", {"temperature_c": 10}, place={"station": "401182", "latitude": 40.53, "longitude": -108.54, "elevation_m": 2168.0}),
    "nycflights13: gust": Sample(text("origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour", "EWR,2013,1,1,1,50,41,59.37,270,10,20,0,1012,10,2013-01-01T06:00:00Z"), "2013-01-01T06:00", {"wind_gust_ms": 8.9408}),
    "openweather_bulk: US units": Sample(text("dt,dt_iso,city_name,temp,dew_point,feels_like,pressure,sea_level,grnd_level,humidity,wind_speed,wind_deg,wind_gust,clouds_all", *(f"{1705104000 + 3600 * h},2024-01-13 {h:02}:00:00 +0000 UTC,Austin,50,41,32,1012,,985,71.03,10,270,20,50" for h in range(12))), "2024-01-13T00:00", {"temperature_c": 10, "dew_point_c": 5, "apparent_temperature_c": 0, "pressure_msl_hpa": 1012, "pressure_station_hpa": 985, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "cloud_cover_percent": 50}),
    "rp5: rain of an hour": Sample(text("# x", '"Local time in Oxford";"T";"Po";"P";"Pa";"U";"DD";"Ff";"ff10";"ff3";"N";"VV";"Td";"RRR";"tR"', '"15.02.2021 06:00";"1";"745.0";"757.0";"0.6";"87";"Calm, no wind";"0";"";"";"";"4.0";"0";"0.2";"1";'), "2021-02-15T06:00", {"precipitation_mm": 0.2, "wind_direction_deg": None}, timezone="UTC"),
    "visual_crossing: US units": Sample(text("name,datetime,temp,feelslike,dew,humidity,precip,snowdepth,windgust,windspeed,winddir,sealevelpressure,cloudcover,visibility,solarradiation,conditions", *(f"Austin,2024-01-13T{h:02}:00:00,50,32,41,71.03,0.1,1,20,10,250,1015.1,50,10,100.5,Clear" for h in range(12))), "2024-01-13T00:00", {"temperature_c": 10, "apparent_temperature_c": 0, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "precipitation_mm": 2.54, "snow_depth_cm": 2.54, "visibility_km": 16.09344, "solar_radiation_wm2": 100.5}, timezone="UTC"),
    "weewx_metricwx: all": Sample(text(WEEWX, "1577836800,17,5,1015.1,1001.2,5.5,80,10,270,20,0.2,2.5,100"), "2020-01-01T00:00", {"dew_point_c": 2.5, "humidity_percent": 80, "pressure_msl_hpa": 1015.1, "pressure_station_hpa": 1001.2, "solar_radiation_wm2": 100, "wind_direction_deg": 270}),
    "weewx_us: all": Sample(text(WEEWX, "1577836800,1,5,29.92,29.5,50,80,10,270,20,0.01,41,100"), "2020-01-01T00:00", {"humidity_percent": 80, "solar_radiation_wm2": 100, "wind_direction_deg": 270}),
    "wwo_json: all": Sample(document({"data": {"weather": [{"date": "2009-01-01", "hourly": [{"time": "300", "tempC": "10", "windspeedKmph": "36", "WindGustKmph": "72", "winddirDegree": "270", "humidity": "71", "DewPointC": "5", "FeelsLikeC": "9", "precipMM": "0.2", "pressure": "1012", "visibility": "9", "cloudcover": "50"}]}]}}), "2009-01-01T03:00", {"wind_gust_ms": 20, "dew_point_c": 5, "apparent_temperature_c": 9, "precipitation_mm": 0.2, "pressure_msl_hpa": 1012, "visibility_km": 9, "cloud_cover_percent": 50}, timezone="UTC"),
    "tomorrow_history_json: rest": Sample(document({"timelines": {"hourly": [{"time": f"2024-01-13T{h:02}:00:00Z", "values": {"temperature": 10, "temperatureApparent": 9, "dewPoint": 5, "humidity": 71.03, "windGust": 5.5, "windDirection": 270, "pressureSeaLevel": 1012.1, "pressureSurfaceLevel": 985.1, "cloudCover": 50}} for h in range(12)]}}), "2024-01-13T00:00", {"apparent_temperature_c": 9, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "cloud_cover_percent": 50}),
}  # fmt: skip
