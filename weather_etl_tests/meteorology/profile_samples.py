"""A few lines of our own in the layout of every packaged profile, and what they must say.

Belongs here: texts and values counted by hand; those of consumer stations, national services and web interfaces have a
module each. Does not belong here: assertions (`test_profiles.py`).
"""

import gzip
import json

from weather_etl_tests.meteorology.sample_files import Sample, text, zipped
from weather_etl_tests.meteorology.samples_of_interfaces import INTERFACES
from weather_etl_tests.meteorology.samples_of_networks import NETWORKS
from weather_etl_tests.meteorology.samples_of_services import SERVICES
from weather_etl_tests.meteorology.samples_of_stations import STATIONS


def isd_line() -> str:
    """Positions as in the format document: control section of 60 characters, mandatory section, additional data."""
    control = (
        "0100" + "724940" + "23234" + "202001020300" + "4" + "+37620" + "-122365" + "FM-15" + "+0003" + "KSFO " + "V020"
    )
    mandatory = (
        "280"
        + "1"
        + "N"
        + "0051"
        + "1"
        + "22000"
        + "1"
        + "9"
        + "N"
        + "016093"
        + "1"
        + "9"
        + "9"
        + "+0123"
        + "1"
        + "-0045"
        + "2"
        + "10132"
        + "1"
    )
    return control + mandatory + "ADDMA1101325101234" + "1OC10103" + "1"


def surfrad_line() -> str:
    pairs = (
        [("812.5", "0")]
        + [("0.0", "0")] * 14
        + [("-5.5", "0"), ("61.0", "0"), ("2.5", "1"), ("180.0", "0"), ("776.2", "2")]
    )
    return " 2016  60  2 29 13  7 13.117  88.00 " + " ".join(f"{v} {q}" for v, q in pairs)


DAVIS_HEAD = (
    "                  Temp     Hi    Low   Out    Dew  Wind  Wind    Hi                  ",
    "  Date    Time     Out   Temp   Temp   Hum    Pt. Speed   Dir Speed     Bar    Rain",
    "----------------------------------------------------------------------------------",
)
LCD_HEAD = "STATION,DATE,REPORT_TYPE,SOURCE,HourlyDewPointTemperature,HourlyDryBulbTemperature,HourlyPrecipitation,HourlyRelativeHumidity,HourlySeaLevelPressure,HourlySkyConditions,HourlyStationPressure,HourlyVisibility,HourlyWindDirection,HourlyWindGustSpeed,HourlyWindSpeed,REM"
WEEWX = "dateTime,usUnits,interval,barometer,pressure,outTemp,outHumidity,windSpeed,windDir,windGust,rain,dewpoint,radiation"
USCRN02 = "53131 20190101 1600 20190101 0900  2.622 -111.17   32.24     4.4     4.0     4.6     3.3     1.5    296 0    310 0    280 0 C     4.0 0     5.0 0     3.0 0    82 3 -99.000 -99.000 -99.000 -99.000 -99.000 -9999.0 -9999.0 -9999.0 -9999.0 -9999.0"

SAMPLES: dict[str, Sample] = {
    **INTERFACES,
    **NETWORKS,
    **SERVICES,
    **STATIONS,
    "aemet_json": Sample(
        json.dumps([{"idema": "3195", "fint": "2024-01-01T05:00:00+0000", "ta": 7.5, "tpr": 2.0, "hr": 68, "vv": 3.2, "vmax": 7.1, "dv": 210, "pres": 941.2, "pres_nmar": 1020.4, "prec": 0.4, "vis": 9.9}]).encode(),
        "2024-01-01T05:00", {"temperature_c": 7.5, "dew_point_c": 2, "humidity_percent": 68, "wind_speed_ms": 3.2, "wind_gust_ms": 7.1, "wind_direction_deg": 210, "pressure_station_hpa": 941.2, "pressure_msl_hpa": 1020.4, "precipitation_mm": 0.4, "visibility_km": 9.9}),
    "darksky_api": Sample(
        text("visibility,windBearing,temperature,time,dewPoint,pressure,apparentTemperature,windSpeed,windGust,humidity", *(f"5.97,104,10.24,2011-11-11 {h:02}:00:00,8.86,1016.76,9.5,2.77,4.5,0.91" for h in range(21))),
        "2011-11-11T00:00", {"visibility_km": 5.97, "wind_direction_deg": 104, "temperature_c": 10.24, "dew_point_c": 8.86, "pressure_msl_hpa": 1016.76, "apparent_temperature_c": 9.5, "wind_speed_ms": 2.77, "wind_gust_ms": 4.5, "humidity_percent": 91}, timezone="Europe/London"),
    "davis_weatherlink": Sample(
        text(*DAVIS_HEAD, "13/02/21   0:10    8.2    8.4    8.1    99    8.1   7.2   NNW  14.5  1017.9    0.2"),
        "2021-02-13T00:10", {"temperature_c": 8.2, "humidity_percent": 99, "dew_point_c": 8.1, "wind_speed_ms": 2, "wind_direction_deg": 337.5, "wind_gust_ms": 14.5 / 3.6, "pressure_msl_hpa": 1017.9, "precipitation_mm": 0.2}, timezone="UTC"),
    "davis_weatherlink_us": Sample(
        text(*DAVIS_HEAD, "02/13/21   1:10p  50.0   50.1   49.9    99   41.0  10.0     N  20.0   29.92   0.01"),
        "2021-02-13T13:10", {"temperature_c": 10, "humidity_percent": 99, "dew_point_c": 5, "wind_speed_ms": 4.4704, "wind_direction_deg": 0, "wind_gust_ms": 8.9408, "pressure_msl_hpa": 29.92 * 33.8639, "precipitation_mm": 0.254}, timezone="UTC"),
    "dwd_10min": Sample(
        text("STATIONS_ID;MESS_DATUM;  QN;PP_10;TT_10;TM5_10;RF_10;TD_10;eor", "         44;199912312350;    3;  1010.5;   7.3;   5.0;   85.0;   4.9;eor"),
        "1999-12-31T22:50", {"temperature_c": 7.3, "humidity_percent": 85, "dew_point_c": 4.9, "pressure_station_hpa": 1010.5}),
    "dwd_10min_solar": Sample(
        text("STATIONS_ID;MESS_DATUM;  QN;DS_10;GS_10;SD_10;LS_10;eor", "         44;202401130510;    3;    1;    6;0.1;-999;eor"),
        "2024-01-13T05:10", {"solar_radiation_wm2": 100, "sunshine_min": 6}),
    "dwd_hourly": Sample(
        zipped(**{
            "Metadaten_Geographie_00044__txt": text("Stations_id;Stationshoehe;Geogr.Breite;Geogr.Laenge;von_datum;bis_datum;Stationsname", "         44;  44.00; 52.9336;  8.2370;20070401;        ;Großenkneten", encoding="latin-1"),
            "produkt_ff_stunde_20070401_20201231_00044__txt": text("STATIONS_ID;MESS_DATUM;QN_3;   F;   D;eor", "         44;2007040101;   10;   4.1; 230;eor", "         44;2007040102;   10;-999; 990;eor"),
        }),
        "2007-04-01T01:00", {"wind_speed_ms": 4.1, "wind_direction_deg": 230}, place={"latitude": 52.9336, "longitude": 8.237, "elevation_m": 44.0, "name": "Großenkneten"}),
    "eccc_hourly": Sample(
        b"\xef\xbb\xbf" + text('"Station Name","TORONTO, CITY"', '"Latitude","43.67"', '"Longitude","-79.40"', '"Elevation","112.50"', '"Climate Identifier","6158355"', "",
             '"Date/Time","Year","Month","Day","Time","Temp (°C)","Temp Flag","Dew Point Temp (°C)","Dew Point Temp Flag","Rel Hum (%)","Rel Hum Flag","Wind Dir (10s deg)","Wind Dir Flag","Wind Spd (km/h)","Wind Spd Flag","Visibility (km)","Visibility Flag","Stn Press (kPa)","Stn Press Flag"',
             '"2012-07-01 00:00","2012","07","01","00:00","22.1","E","15.0","","64","","27","","18","","24.1","","100.12",""', '"2012-07-01 01:00","2012","07","01","01:00"'),
        "2012-07-01T05:00", {"temperature_c": 22.1, "dew_point_c": 15, "humidity_percent": 64, "wind_direction_deg": 270, "wind_speed_ms": 5, "visibility_km": 24.1, "pressure_station_hpa": 1001.2}, timezone="America/Toronto", upstream={"temperature_c": 3},
        place={"station": "6158355", "name": "TORONTO, CITY", "latitude": 43.67, "longitude": -79.4, "elevation_m": 112.5}),
    "ecowitt_json": Sample(
        json.dumps({"times": ["2026-03-13 00:00", "2026-03-13 00:05"], "list": {"tempf": {"units": "℃", "list": {"tempf": ["0.5", "-"]}}, "humidity": {"units": "%", "list": {"humidity": ["81", "82"]}}}}).encode(),
        "2026-03-13T00:00", {"temperature_c": 0.5, "humidity_percent": 81}, timezone="UTC"),
    "generic": Sample(text("Zeit;Lufttemperatur (°C);Luftfeuchte (%);Wind (km/h)", "13.01.2020 10:00;5,5;80;36"), "2020-01-13T10:00", {"temperature_c": 5.5, "humidity_percent": 80, "wind_speed_ms": 10}, timezone="UTC"),
    "geosphere_hourly": Sample(
        text("time,station,substation,cglo,dd,ff,ffx,p,pred,rf,rr,tl,tl_flag,tp", "2024-01-01T00:00+00:00,105,0,12.5,270,3.1,6.2,985.1,1015.2,85,0.3,2.5,20,0.2"),
        "2024-01-01T00:00", {"temperature_c": 2.5, "dew_point_c": 0.2, "humidity_percent": 85, "wind_speed_ms": 3.1, "wind_gust_ms": 6.2, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1015.2, "precipitation_mm": 0.3, "solar_radiation_wm2": 12.5}, upstream={"temperature_c": 3}),
    "hobo": Sample(
        text('"Plot Title:  20024354"', '"#","Date Time, GMT+02:00","Temp, °C (LGR S/N: 20024354, SEN S/N: 1)","RH, % (LGR S/N: 20024354, SEN S/N: 1)"', "1,21.04.28 23:00:00,18.771,43.792",
            "2,21.04.29 00:00:00,18.9,44.1"),
        "2021-04-28T21:00", {"temperature_c": 18.771, "humidity_percent": 43.792}),
    "home_assistant": Sample(
        text("entity_id,state,last_changed", "sensor.outdoor_temperature,5.5,2024-01-01T00:00:10.123Z", "sensor.living_room_temperature,21.5,2024-01-01T00:00:11.000Z", "sensor.outdoor_humidity,unavailable,2024-01-01T00:01:00.000Z"),
        "2024-01-01T00:00", {"temperature_c": 5.5}),
    "iem_asos": Sample(
        text("station,valid,tmpf,dwpf,relh,drct,sknt,p01i,mslp,vsby,gust,feel", "EHAM,2020-05-23 00:25,50.00,41.00,71.83,240.00,10.00,T,1013.20,10.00,20.00,50.00"),
        "2020-05-23T00:25", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71.83, "wind_direction_deg": 240, "wind_speed_ms": 5.14444, "wind_gust_ms": 10.28888, "visibility_km": 16.09344, "pressure_msl_hpa": 1013.2, "apparent_temperature_c": 10, "precipitation_mm": 0}),
    "inmet": Sample(
        text("REGIÃO:;SE", "ESTAÇÃO:;SAO PAULO", "CODIGO (WMO):;A701", "LATITUDE:;-23,496294", "LONGITUDE:;-46,62", "ALTITUDE:;785,16",
             "DATA (YYYY-MM-DD);HORA (UTC);PRECIPITAÇÃO TOTAL, HORÁRIO (mm);PRESSAO ATMOSFERICA AO NIVEL DA ESTACAO, HORARIA (mB);RADIACAO GLOBAL (KJ/m²);TEMPERATURA DO AR - BULBO SECO, HORARIA (°C);TEMPERATURA DO PONTO DE ORVALHO (°C);TEMPERATURA MÁXIMA NA HORA ANT. (AUT) (°C);UMIDADE RELATIVA DO AR, HORARIA (%);VENTO, DIREÇÃO HORARIA (gr) (° (gr));VENTO, RAJADA MAXIMA (m/s);VENTO, VELOCIDADE HORARIA (m/s);",
             "2016-01-01;12:00;,4;925,1;1800;21,5;18,2;22,0;82;120;5,5;1,8;", "2016-01-01;13:00;-9999;-9999;-9999;-9999;-9999;-9999;-9999;-9999;-9999;-9999;", encoding="latin-1"),
        "2016-01-01T12:00", {"precipitation_mm": 0.4, "pressure_station_hpa": 925.1, "solar_radiation_wm2": 500, "temperature_c": 21.5, "dew_point_c": 18.2, "humidity_percent": 82, "wind_direction_deg": 120, "wind_gust_ms": 5.5, "wind_speed_ms": 1.8},
        place={"station": "A701", "name": "SAO PAULO", "latitude": -23.496294, "longitude": -46.62, "elevation_m": 785.16}),
    "isd_full": Sample(
        text(isd_line()), "2020-01-02T03:00",
        {"wind_direction_deg": 280, "wind_speed_ms": 5.1, "visibility_km": 16.093, "temperature_c": 12.3, "dew_point_c": -4.5, "pressure_msl_hpa": 1013.2, "pressure_station_hpa": 1012.3, "wind_gust_ms": 10.3}, upstream={"dew_point_c": 3}),
    "jma": Sample(
        text("ダウンロードした時刻：2024/02/01 10:00:00", "", ",東京,東京,東京,東京,東京,東京", "年月日時,気温(℃),気温(℃),気温(℃),降水量(mm),降水量(mm),降水量(mm)", ",,品質情報,均質番号,,品質情報,均質番号", "2024/1/1 1:00:00,5.5,8,1,0.5,5,1", encoding="cp932"),
        "2023-12-31T16:00", {"temperature_c": 5.5, "precipitation_mm": 0.5}, upstream={"precipitation_mm": 3}),
    "kaggle_solar": Sample(text("DATE_TIME,PLANT_ID,SOURCE_KEY,AMBIENT_TEMPERATURE,MODULE_TEMPERATURE,IRRADIATION", "2020-05-15 00:00:00,4135001,HmiyD2TTLFNqkNe,25.25,22.86,0"), "2020-05-14T18:30", {"temperature_c": 25.25}),
    "kaggle_szeged": Sample(
        text("Formatted Date,Summary,Precip Type,Temperature (C),Apparent Temperature (C),Humidity,Wind Speed (km/h),Wind Bearing (degrees),Visibility (km),Loud Cover,Pressure (millibars),Daily Summary", "2006-04-01 00:00:00.000 +0200,Clear,rain,9.5,7.4,0.89,18,251,15.8,0,1015.13,Fine"),
        "2006-03-31T22:00", {"temperature_c": 9.5, "apparent_temperature_c": 7.4, "humidity_percent": 89, "wind_speed_ms": 5, "wind_direction_deg": 251, "visibility_km": 15.8, "pressure_msl_hpa": 1015.13}),
    "kma_asos": Sample(
        text("지점,지점명,일시,기온(°C),강수량(mm),풍속(m/s),풍향(16방위),습도(%),이슬점온도(°C),현지기압(hPa),해면기압(hPa),일조(hr),일사(MJ/m2),적설(cm),전운량(10분위),시정(10m)", "108,서울,2021-05-01 9:00,12.5,,2.5,270,55,3.6,1000.1,1010.2,0.5,1.8,,5,2000", encoding="cp949"),
        "2021-05-01T00:00", {"temperature_c": 12.5, "precipitation_mm": 0, "wind_speed_ms": 2.5, "wind_direction_deg": 270, "humidity_percent": 55, "dew_point_c": 3.6, "pressure_station_hpa": 1000.1, "pressure_msl_hpa": 1010.2, "sunshine_min": 30, "solar_radiation_wm2": 500, "cloud_cover_percent": 50, "visibility_km": 20}),
    "knmi_headerless": Sample(
        text(*(f"  260,20000101,{h:5},  200,   40,   50,   60,   45,     ,   41,   -1,    0,   10,   -1,10212,   59,    8,   97,   23,    7,    0,    1,    0,    0,    0" for h in (1, 24))),
        "2000-01-01T01:00", {"wind_direction_deg": 200, "wind_speed_ms": 4, "wind_gust_ms": 6, "temperature_c": 4.5, "dew_point_c": 4.1, "humidity_percent": 97, "pressure_msl_hpa": 1021.2, "precipitation_mm": 0, "sunshine_min": 0, "solar_radiation_wm2": 0, "cloud_cover_percent": 100}),
    "knmi_hourly": Sample(
        text("# SOURCE: KNMI", "# STN,YYYYMMDD,   HH,   DD,   FH,   FF,   FX,    T,   TD,   SQ,    Q,   RH,    P,    N,    U", "", "  260,20000131,   24,  990,   40,   50,   60,  -15,  -20,    5,   36,   12, 9876,    9,   97"),
        "2000-02-01T00:00", {"wind_direction_deg": None, "wind_speed_ms": 4, "wind_gust_ms": 6, "temperature_c": -1.5, "dew_point_c": -2, "sunshine_min": 30, "solar_radiation_wm2": 100, "precipitation_mm": 1.2, "pressure_msl_hpa": 987.6, "cloud_cover_percent": None, "humidity_percent": 97}),
    "metar": Sample(
        text("SAUS80 KWBC 010000", "METAR", "KDMH 312354Z AUTO 18010G20KT 10SM CLR 00/M06 A3012 RMK AO1 SLP198", "     T00051061=") , "2024-05-31T23:54",
        {"temperature_c": 0.5, "dew_point_c": -6.1, "wind_direction_deg": 180, "wind_speed_ms": 5.14444, "wind_gust_ms": 10.28888, "visibility_km": 16.09344, "pressure_msl_hpa": 1019.8, "cloud_cover_percent": 0}, name="metar_2024-06-01.txt"),
    "meteofrance_hourly": Sample(
        gzip.compress(text("NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJHH;RR1;QRR1;FF;QFF;DD;QDD;FXI;QFXI;T;QT;TD;QTD;U;QU;PMER;QPMER;PSTAT;QPSTAT;GLO;QGLO;INS;QINS;N;QN;VV;QVV", "13001009;AIX;43.5;5.4;173;2023110105;0.6;1;3.1;1;270;1;8.2;1;12.3;2;9.1;1;81;1;1012.1;1;991.5;1;36;1;30;1;4;1;9000;1")),
        "2023-11-01T05:00", {"precipitation_mm": 0.6, "wind_speed_ms": 3.1, "wind_direction_deg": 270, "wind_gust_ms": 8.2, "temperature_c": 12.3, "dew_point_c": 9.1, "humidity_percent": 81, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 991.5, "solar_radiation_wm2": 100, "sunshine_min": 30, "cloud_cover_percent": 50, "visibility_km": 9}, upstream={"temperature_c": 3}),
    "meteostat": Sample(text("time,temp,dwpt,rhum,prcp,snow,wdir,wspd,wpgt,pres,tsun,coco", "2008-06-29 00:00:00,22.0,16.9,73,0.2,10,200,36.0,72.0,1017.8,30,1"), "2008-06-29T00:00", {"temperature_c": 22, "dew_point_c": 16.9, "humidity_percent": 73, "precipitation_mm": 0.2, "snow_depth_cm": 1, "wind_direction_deg": 200, "wind_speed_ms": 10, "wind_gust_ms": 20, "pressure_msl_hpa": 1017.8, "sunshine_min": 30}),
    "meteostat_bulk": Sample(text("2008-06-29,5,22.0,16.9,73.0,0.0,,200.0,36.0,72.0,1017.8,,1"), "2008-06-29T05:00", {"temperature_c": 22, "dew_point_c": 16.9, "humidity_percent": 73, "precipitation_mm": 0, "wind_direction_deg": 200, "wind_speed_ms": 10, "wind_gust_ms": 20, "pressure_msl_hpa": 1017.8}),
    "meteostat_json": Sample(json.dumps({"meta": {}, "data": [{"time": "2008-06-29 00:00:00", "temp": 22.0, "dwpt": 16.9, "rhum": 73, "wdir": 200, "wspd": 36.0, "pres": 1017.8}]}).encode(), "2008-06-29T00:00", {"temperature_c": 22, "dew_point_c": 16.9, "humidity_percent": 73, "wind_direction_deg": 200, "wind_speed_ms": 10, "pressure_msl_hpa": 1017.8}),
    "meteoswiss": Sample(text("abbr;time;tre200h0;tde200h0;ure200h0;fkl010h0;fkl010h1;dkl010h0;prestah0;pp0qffh0;rre150h0;gre000h0;sre000h0", "BAS;201701010500;-1.5;-2.5;93;1.2;3.4;200;985.1;1021.2;0.3;12;5"), "2017-01-01T05:00", {"temperature_c": -1.5, "dew_point_c": -2.5, "humidity_percent": 93, "wind_speed_ms": 1.2, "wind_gust_ms": 3.4, "wind_direction_deg": 200, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1021.2, "precipitation_mm": 0.3, "solar_radiation_wm2": 12, "sunshine_min": 5}),
    "mf_synop_ods": Sample(
        text("ID OMM station;Date;Pression au niveau mer;Direction du vent moyen 10 mn;Vitesse du vent moyen 10 mn;Température;Point de rosée;Humidité;Visibilité horizontale;Pression station;Rafale sur les 10 dernières minutes;Précipitations dans la dernière heure;Température (°C)", "07690;2023-07-01T02:00:00+02:00;101250;320;4.1;294.15;289.15;73;20000;101200;6.2;0.2;21"),
        "2023-07-01T00:00", {"pressure_msl_hpa": 1012.5, "wind_direction_deg": 320, "wind_speed_ms": 4.1, "temperature_c": 21, "dew_point_c": 16, "humidity_percent": 73, "visibility_km": 20, "pressure_station_hpa": 1012, "wind_gust_ms": 6.2, "precipitation_mm": 0.2}),
    "nasa_power": Sample(text("-BEGIN HEADER-", "NASA/POWER Native Resolution Hourly Data", "Dates (month/day/year): 01/01/2022 through 01/02/2022 in UTC", "-END HEADER-", "YEAR,MO,DY,HR,T2M,T2MDEW,RH2M,WS10M,WD10M,PS,PRECTOTCORR,ALLSKY_SFC_SW_DWN", "2022,1,1,5,19.5,10.2,55.1,3.3,45.0,100.9,0.1,-999"), "2022-01-01T05:00", {"temperature_c": 19.5, "dew_point_c": 10.2, "humidity_percent": 55.1, "wind_speed_ms": 3.3, "wind_direction_deg": 45, "pressure_station_hpa": 1009, "precipitation_mm": 0.1, "solar_radiation_wm2": None}),
    "ndbc": Sample(text("#YY  MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE", "#yr  mo dy hr mn degT m/s  m/s     m   sec   sec degT   hPa  degC  degC  degC  nmi  hPa    ft", "2022 06 05 13 00 210  4.0  5.0   0.5     5   4.0 180 1017.2  15.5  14.0  10.1  2.0 +0.5    MM"), "2022-06-05T13:00", {"wind_direction_deg": 210, "wind_speed_ms": 4, "wind_gust_ms": 5, "pressure_msl_hpa": 1017.2, "temperature_c": 15.5, "dew_point_c": 10.1, "visibility_km": 3.704}),
    "noaa_ghcnh": Sample(
        text("Station_ID|Station_name|Year|Month|Day|Hour|Minute|temperature|temperature_Quality_Code|temperature_Report_Type|dew_point_temperature|dew_point_temperature_Quality_Code|wind_speed|wind_speed_Quality_Code|precipitation|precipitation_Measurement_Code|precipitation_Quality_Code|precipitation_6_hour", "USW00013967|OKC|2023|01|12|08|52|4.0|3|FM15-METAR|-1.0|5|3.6|5||2-Trace|5|1.5"),
        "2023-01-12T08:52", {"temperature_c": 4, "dew_point_c": -1, "wind_speed_ms": 3.6, "precipitation_mm": 0, "precipitation_6h_mm": 1.5}, upstream={"temperature_c": 4}),
    "noaa_global_hourly": Sample(
        text('"STATION","DATE","SOURCE","REPORT_TYPE","WND","CIG","VIS","TMP","DEW","SLP","AA1","MA1","OC1","GF1","AJ1"', '"01001099999","2020-01-01T06:00:00","4","FM-12","030,1,N,0051,1","22000,1,9,N","010000,1,9,9","-0070,2","-0100,1","09987,1","06,0012,9,1","99999,9,09971,1","0120,1","04,99,1,04,1,99999,9,99,9,99,9","0012,1,1,000000,9,9"'),
        "2020-01-01T06:00", {"wind_direction_deg": 30, "wind_speed_ms": 5.1, "visibility_km": 10, "temperature_c": -7, "dew_point_c": -10, "pressure_msl_hpa": 998.7, "precipitation_6h_mm": 1.2, "pressure_station_hpa": 997.1, "wind_gust_ms": 12, "cloud_cover_percent": 50, "snow_depth_cm": 12}, upstream={"temperature_c": 3}),
    "noaa_isd_lite": Sample(text("2016 01 01 00   -44   -83 10256   260    67     4    -1    12"), "2016-01-01T00:00", {"temperature_c": -4.4, "dew_point_c": -8.3, "pressure_msl_hpa": 1025.6, "wind_direction_deg": 260, "wind_speed_ms": 6.7, "cloud_cover_percent": 50, "precipitation_mm": 0, "precipitation_6h_mm": 1.2}),
    "noaa_lcd_v1": Sample(
        text(LCD_HEAD, "72219013874,2020-01-01T00:52:00,FM-15,7,32,50s,0.10,65,29.92,FEW:02 250,28.93,10,280,20,10,KATL 010552Z 28008KT", "72219013874,2020-01-01T23:59:00,SOD  ,6,,,,,,,,,,,,"),
        "2020-01-01T05:52", {"temperature_c": 10, "dew_point_c": 0, "humidity_percent": 65, "precipitation_mm": 2.54, "pressure_msl_hpa": 29.92 * 33.8639, "cloud_cover_percent": 25, "pressure_station_hpa": 28.93 * 33.8639, "visibility_km": 16.09344, "wind_direction_deg": 280, "wind_gust_ms": 8.9408, "wind_speed_ms": 4.4704}, upstream={"temperature_c": 3}),
    "noaa_lcd_v2": Sample(
        text(LCD_HEAD, "USW00014939,2023-01-01T00:54:00,FM-15,7,0.5,1.5,T,92,1018.4,OVC:08 5,973.1,16.093,VRB,,3.1,KLNK 010654Z VRB06KT"),
        "2023-01-01T06:54", {"temperature_c": 1.5, "dew_point_c": 0.5, "humidity_percent": 92, "precipitation_mm": 0, "pressure_msl_hpa": 1018.4, "cloud_cover_percent": 100, "pressure_station_hpa": 973.1, "visibility_km": 16.093, "wind_direction_deg": None, "wind_speed_ms": 3.1}),
    "nrel_midc": Sample(text("DATE (MM/DD/YYYY),MST,Global PSP [W/m^2],Air Temperature @ 2m [deg C],Rel Humidity @ 2m [%],Avg Wind Speed @ 2m [m/s],Peak Wind Speed @ 2m [m/s],Avg Wind Direction @ 2m [deg from N],Station Pressure [mBar],Precipitation [mm]", "10/14/2018,13:07,512.5,4.5,40.1,2.5,4.1,270,820.1,0"), "2018-10-14T20:07", {"solar_radiation_wm2": 512.5, "temperature_c": 4.5, "wind_speed_ms": 2.5, "wind_gust_ms": 4.1, "wind_direction_deg": 270, "pressure_station_hpa": 820.1, "precipitation_mm": 0}),
    "nsrdb": Sample(text("Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone", "NSRDB,401182,-,-,-,40.53,-108.54,-7,2168,-7", "Year,Month,Day,Hour,Minute,GHI,Dew Point,Wind Speed,Wind Direction,Relative Humidity,Temperature,Pressure,,", "2017,1,1,0,30,10,-10.8,0.3,166,82.96,-8.4,779,,"), "2017-01-01T07:30", {"solar_radiation_wm2": 10, "dew_point_c": -10.8, "wind_speed_ms": 0.3, "wind_direction_deg": 166, "humidity_percent": 82.96, "temperature_c": -8.4, "pressure_station_hpa": 779}, place={"station": "401182", "latitude": 40.53, "longitude": -108.54, "elevation_m": 2168.0}),
    "nycflights13": Sample(text("origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour", "EWR,2013,1,1,1,50,41,59.37,270,10,NA,0.1,1012,10,2013-01-01T06:00:00Z"), "2013-01-01T06:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 59.37, "wind_direction_deg": 270, "wind_speed_ms": 4.4704, "precipitation_mm": 2.54, "pressure_msl_hpa": 1012, "visibility_km": 16.09344}),
    "open_meteo": Sample(text("latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation", "46.25,20.14,84.0,7200,Europe/Budapest,GMT+2", "", "time,temperature_2m (°C),relative_humidity_2m (%),wind_speed_10m (km/h),surface_pressure (hPa),precipitation (mm),shortwave_radiation (W/m²),cloud_cover (%)", "2024-07-01T00:00,20.5,55,9,1003.1,0.2,0,40"), "2024-06-30T22:00", {"temperature_c": 20.5, "humidity_percent": 55, "wind_speed_ms": 2.5, "pressure_station_hpa": 1003.1, "precipitation_mm": 0.2, "solar_radiation_wm2": 0, "cloud_cover_percent": 40}, place={"latitude": 46.25, "longitude": 20.14, "elevation_m": 84.0}),
    "open_meteo_frame": Sample(text("date,temperature_2m,rain,wind_speed_10m", "2025-09-13 23:00:00+00:00,14.15,0.5,36"), "2025-09-13T23:00", {"temperature_c": 14.15, "precipitation_mm": 0.5, "wind_speed_ms": 10}),
    "openweather_bulk": Sample(text("dt_iso,city_name,temp,dew_point,pressure,sea_level,humidity,wind_speed,wind_deg,wind_gust,rain_1h,clouds_all,visibility", "2015-01-01 00:00:00 +0000 UTC,Valencia,270.65,268.15,1001,,77,1,62,3,0.3,0,10000"), "2015-01-01T00:00", {"temperature_c": -2.5, "dew_point_c": -5, "humidity_percent": 77, "wind_speed_ms": 1, "wind_gust_ms": 3, "wind_direction_deg": 62, "precipitation_mm": 0.3, "visibility_km": 10}),
    "refuse_epw": Sample(text("LOCATION,AMSTERDAM,-,NLD,IWEC Data,062400,52.30,4.77,1.0,-2.0", "DESIGN CONDITIONS,0", "1995,1,1,1,60,?9,5.1,1.8,79,100100"), refused="TYPICAL_YEAR"),
    "refuse_pvgis_tmy": Sample(text("time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP", "20180101:0000,2.04,94.38,0.0,-0.0,0.0,283.58,0.75,257.0,99870.0"), refused="TYPICAL_YEAR"),
    "refuse_tmy2": Sample(text(" 14944 SIOUX_FALLS            SD  -6 N 43 34 W  96 44   435", " 85010101000000000?00000?00000?00000?00000?0"), refused="TYPICAL_YEAR"),
    "refuse_tmy3": Sample(text('723170,"GREENSBORO",NC,-5.0,36.100,-79.950,273', "Date (MM/DD/YYYY),Time (HH:MM),ETR (W/m^2),ETRN (W/m^2),GHI (W/m^2),Dry-bulb (C)", "01/01/1988,01:00,0,0,0,10.0"), refused="TYPICAL_YEAR"),
    "refuse_try": Sample(text("1. Koordinatensystem : Lambert", "", "     RW      HW MM DD HH     t    p  WR   WG N    x  RF", "*** ", "3731500 2677500  1  1  1  -2.0  999 258  1.8 6  3.2  95"), refused="NO_YEAR"),
    "rp5": Sample(
        text("# Weather station", "#", '"Local time in Oxford";"T";"Po";"P";"Pa";"U";"DD";"Ff";"ff10";"ff3";"N";"VV";"Td";"RRR";"tR"', '"15.02.2021 06:00";"-24.1";"745.0";"757.0";"0.6";"87";"Wind blowing from the north-west";"1";"";"5";"100%.";"4.0";"-25.5";"1.5";"12";'),
        "2021-02-15T06:00", {"temperature_c": -24.1, "pressure_station_hpa": 745 * 1.333224, "pressure_msl_hpa": 757 * 1.333224, "humidity_percent": 87, "wind_direction_deg": 315, "wind_speed_ms": 1, "wind_gust_ms": 5, "visibility_km": 4, "dew_point_c": -25.5, "precipitation_12h_mm": 1.5}, timezone="Europe/London"),
    "smhi": Sample(text("Stationsnamn;Stationsnummer;Stationsnät;Mäthöjd (meter över marken)", "Abisko;188790;SMHIs stationsnät;2.0", "", "Datum;Tid (UTC);Lufttemperatur;Kvalitet;;Tidsutsnitt:", "2024-01-01;05:00:00;-11.2;Y;;Kvalitetskontrollerade data"), "2024-01-01T05:00", {"temperature_c": -11.2}, upstream={"temperature_c": 3}, place={"station": "188790", "name": "Abisko"}),
    "surfrad": Sample(text(" Alamosa", "   37.70 -105.92 2317 m version 1", surfrad_line()), "2016-02-29T13:07", {"temperature_c": -5.5, "humidity_percent": 61, "wind_speed_ms": 2.5, "wind_direction_deg": 180, "pressure_station_hpa": 776.2, "solar_radiation_wm2": 812.5}, upstream={"wind_speed_ms": 4, "pressure_station_hpa": 3}, place={"name": "Alamosa", "latitude": 37.7}),
    "synop": Sample(text("AAXX 01061", "03772 11583 82310 10102 20081 30155 40184 52008="), "2024-05-01T06:00", {"temperature_c": 10.2, "dew_point_c": 8.1, "wind_direction_deg": 230, "wind_speed_ms": 10, "pressure_station_hpa": 1015.5, "pressure_msl_hpa": 1018.4, "visibility_km": 45}, name="synop_2024-05-01.txt"),
    "toa5": Sample(text('"TOA5","CR1000","CR1000","1","Std","CPU:a.CR1","1","Table"', '"TIMESTAMP","RECORD","AirTemperature_Avg","RelativeHumidity_Avg","WindSpeed"', '"TS","RN","Deg C","%","meters/second"', '"","","Avg","Avg","Avg"', '"2019-05-26 12:00:00",1,-2.071,51.03,0.944', '"2019-05-26 13:00:00",2,"NAN",51.03,0.944'), "2019-05-26T12:00", {"temperature_c": -2.071, "humidity_percent": 51.03, "wind_speed_ms": 0.944}, timezone="UTC"),
    "toa5_wis2": Sample(text('"TOA5","AWS","CR1000X","1","Std","CPU:a.CRB","1","SYNOP"', '"TIMESTAMP","RECORD","M_Year","M_Month","M_DayOfMonth","M_HourOfDay","M_Minutes","BP","AirTempK","DewPointTemp","RH"', '"TS","RN","","","","","","Kelvin","Kelvin","Kelvin","%"', '"","","Smp","Smp","Smp","Smp","Smp","Smp","Smp","Smp","Smp"', '"2022-03-16 14:00:00",1,2022,3,16,12,0,95000,300.15,290.15,60'), "2022-03-16T12:00", {"pressure_station_hpa": 950, "temperature_c": 27, "dew_point_c": 17, "humidity_percent": 60}),
    "tomst": Sample(text("0;2020.04.15 10:00;4;14.8125;-200;-200;65336;204;0;0.0"), "2020-04-15T10:00", {"temperature_c": 14.8125}),
    "uci_airquality": Sample(text("Date;Time;CO(GT);PT08.S1(CO);T;RH;AH", '10/03/2004;18.00.00;"2,6";1360;"13,6";"48,9";"0,7578"', '10/03/2004;19.00.00;"2,6";1360;-200;-200;-200'), "2004-03-10T18:00", {"temperature_c": 13.6, "humidity_percent": 48.9}, timezone="UTC"),
    "uci_beijing_pollution": Sample(text("No,year,month,day,hour,pm2.5,DEWP,TEMP,PRES,cbwd,Iws,Is,Ir", "1,2010,1,1,5,NA,-21,-11,1021,NW,1.79,0,0"), "2009-12-31T21:00", {"dew_point_c": -21, "temperature_c": -11, "pressure_msl_hpa": 1021}),
    "uci_prsa": Sample(text("No,year,month,day,hour,PM2.5,TEMP,PRES,DEWP,RAIN,wd,WSPM,station", "1,2013,3,1,0,3.0,-2.3,1020.8,-19.7,0.5,ENE,0.5,Changping"), "2013-02-28T16:00", {"temperature_c": -2.3, "pressure_msl_hpa": 1020.8, "dew_point_c": -19.7, "precipitation_mm": 0.5, "wind_direction_deg": 67.5, "wind_speed_ms": 0.5}),
    "uscrn_hourly": Sample(text(USCRN02), "2019-01-01T16:00", {"temperature_c": 4.4, "precipitation_mm": 1.5, "solar_radiation_wm2": 296, "humidity_percent": 82}, upstream={"humidity_percent": 4}),
    "uscrn_subhourly": Sample(text("53131 20190101 1615 20190101 0915      3 -111.17   32.24     3.3     0.2    183 0     4.0 C 0    87 0 -99.000 -9999.0  1182 0   0.36 3"), "2019-01-01T16:15", {"temperature_c": 3.3, "precipitation_mm": 0.2, "solar_radiation_wm2": 183, "humidity_percent": 87, "wind_speed_ms": 0.36}, upstream={"wind_speed_ms": 4}),
    "visual_crossing": Sample(text("name,datetime,temp,feelslike,dew,humidity,precip,snowdepth,windgust,windspeed,winddir,sealevelpressure,cloudcover,visibility,solarradiation,conditions", *(f"Rome,2020-01-13T{h:02}:00:00,{10 + h / 2},9,{t},{u},0.2,0,30.6,18,250,1015.1,50,10,0,Clear" for h, t, u in [(0, 5.0, 71.03), (1, 5.5, 71.1)])), "2020-01-13T00:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71.03, "precipitation_mm": 0.2, "wind_gust_ms": 8.5, "wind_speed_ms": 5, "wind_direction_deg": 250, "pressure_msl_hpa": 1015.1, "cloud_cover_percent": 50, "visibility_km": 10}, timezone="UTC"),
    "weewx_metric": Sample(text(WEEWX, "1577836800,16,5,1015.1,1001.2,5.5,80,36,270,72,0.02,2.5,100"), "2020-01-01T00:00", {"pressure_msl_hpa": 1015.1, "pressure_station_hpa": 1001.2, "temperature_c": 5.5, "humidity_percent": 80, "wind_speed_ms": 10, "wind_direction_deg": 270, "wind_gust_ms": 20, "precipitation_mm": 0.2, "dew_point_c": 2.5, "solar_radiation_wm2": 100}),
    "weewx_metricwx": Sample(text(WEEWX, "1577836800,17,5,1015.1,1001.2,5.5,80,10,270,20,0.2,2.5,100"), "2020-01-01T00:00", {"temperature_c": 5.5, "wind_speed_ms": 10, "wind_gust_ms": 20, "precipitation_mm": 0.2}),
    "weewx_us": Sample(text(WEEWX, "1577836800,1,5,29.92,29.5,50,80,10,270,20,0.01,41,100"), "2020-01-01T00:00", {"temperature_c": 10, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "precipitation_mm": 0.254, "dew_point_c": 5, "pressure_msl_hpa": 29.92 * 33.8639, "pressure_station_hpa": 29.5 * 33.8639}),
    "windpowerlib": Sample(text("variable_name,pressure,temperature,wind_speed,roughness_length,temperature,wind_speed", "height,0,2,10,0,10,80", "2010-01-01 00:00:00+01:00,98405.7,267.65,5.32697,0.15,267.57,7.80697"), "2009-12-31T23:00", {"pressure_station_hpa": 984.057, "temperature_c": -5.5, "wind_speed_ms": 5.32697}),
    "wunderground": Sample(text("Date,Time,Temperature,Dew Point,Humidity,Wind,Wind Speed,Wind Gust,Pressure,Precip.,Condition", *(f"2020-01-13,{t},50 F,41 F,83 %,NW,10 mph,0 mph,29.50 in,0.1 in,Fair" for t in ("12:53 AM", "1:53 PM"))), "2020-01-13T00:53", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 83, "wind_direction_deg": 315, "wind_speed_ms": 4.4704, "wind_gust_ms": 0, "precipitation_mm": 2.54}, timezone="UTC"),
    "wunderground_api": Sample(text("datetime_utc, _conds, _dewptm, _hum, _precipm, _pressurem, _rain, _tempm, _vism, _wdird, _wgustm, _wspdm", "19961101-11:00,Smoke,9,27,0.5,1010,0,30,5,280,36,18"), "1996-11-01T11:00", {"dew_point_c": 9, "humidity_percent": 27, "precipitation_mm": 0.5, "pressure_msl_hpa": 1010, "temperature_c": 30, "visibility_km": 5, "wind_direction_deg": 280, "wind_gust_ms": 10, "wind_speed_ms": 5}, timezone="UTC"),
    "wwo": Sample(text("date_time,DewPointC,FeelsLikeC,WindGustKmph,cloudcover,humidity,precipMM,pressure,tempC,visibility,winddirDegree,windspeedKmph", "2009-01-01 00:00:00,12,16,36,25,80,0.3,1014,16,10,45,18"), "2009-01-01T00:00", {"dew_point_c": 12, "apparent_temperature_c": 16, "wind_gust_ms": 10, "cloud_cover_percent": 25, "humidity_percent": 80, "precipitation_mm": 0.3, "pressure_msl_hpa": 1014, "temperature_c": 16, "visibility_km": 10, "wind_direction_deg": 45, "wind_speed_ms": 5}, timezone="UTC"),
    "wwo_json": Sample(json.dumps({"data": {"weather": [{"date": "2009-01-01", "maxtempC": "20", "hourly": [{"time": "300", "tempC": "16", "windspeedKmph": "18", "winddirDegree": "45", "humidity": "80"}]}]}}).encode(), "2009-01-01T03:00", {"temperature_c": 16, "wind_speed_ms": 5, "wind_direction_deg": 45, "humidity_percent": 80}, timezone="UTC"),
}  # fmt: skip
