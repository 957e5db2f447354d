"""Samples of national services and their networks; the record is `sample_files.Sample`."""

from weather_etl_tests.meteorology.sample_files import Sample, document, text

JMA = ("ダウンロードした時刻：2024/02/01 10:00:00", "")
BOM_ROW = {"wmo": 94768, "name": "Sydney", "local_date_time_full": "20240113100000", "aifstime_utc": "20240112230000", "air_temp": 10, "apparent_t": 9, "dewpt": 5, "rel_hum": 71, "wind_spd_kmh": 36, "gust_kmh": 72, "wind_dir": "NNW", "press_msl": 1012.1, "vis_km": "9", "rain_trace": "1.2"}  # fmt: skip
BOM = {"temperature_c": 10, "apparent_temperature_c": 9, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 10, "wind_gust_ms": 20, "wind_direction_deg": 337.5, "pressure_msl_hpa": 1012.1, "visibility_km": 9, "precipitation_mm": 1.2}  # fmt: skip
HM = "Precipitation since 9am local time in mm,Quality of precipitation since 9am local time,Air Temperature in degrees C,Quality of air temperature,Dew point temperature in degrees C,Quality of dew point temperature,Relative humidity in percentage %,Quality of relative humidity,Wind speed in km/h,Wind speed quality,Wind direction in degrees true,Wind direction quality,Speed of maximum windgust in last 10 minutes in  km/h,Quality of speed of maximum windgust in last 10 minutes,Mean sea level pressure in hPa,Quality of mean sea level pressure,Station level pressure in hPa,Quality of station level pressure,AWS Flag,#"
HM_ROW = "1.2,N, 10.0,N,  5.0,N, 71,N,36.0,N,270,N,72.0,N,1012.1,N,985.1,N, 1,#"
HM_VALUES = {"precipitation_mm": 1.2, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 10, "wind_direction_deg": 270, "wind_gust_ms": 20, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1}  # fmt: skip
BADC = (
    "Conventions,G,BADC-CSV,1",
    "observation_station,G,bracknell",
    "location,G,51.390,-0.784",
    "height,G,74,m",
    "data",
)
BRACKNELL = {"name": "bracknell", "latitude": 51.39, "longitude": -0.784, "elevation_m": 74.0}
SYNOPTIC = (
    "# STATION: KSLC",
    "# STATION NAME: Salt Lake City",
    "# LATITUDE: 40.77",
    "# LONGITUDE: -111.97",
    "# ELEVATION [ft]: 4226",
)


def imgw_line() -> str:
    """Cells by their number in the format document, each with its status behind it: blank good, 8 not measured."""
    cells = ['"353230295"', '"BIALYSTOK"', '"2024"', '"01"', '"13"', '"05"', *['""'] * 101]
    for at, value in ((19, "9000"), (21, "4"), (23, "270"), (25, "3"), (27, "6"), (29, "10.0"), (37, "71"), (39, "5.0"), (41, "985.1"), (43, "1012.1"), (48, "0.6")):  # fmt: skip
        cells[at] = value
    # Not measured, though a number stands there.
    cells[25], cells[26] = "0", '"8"'
    return ",".join(cells)


SERVICES: dict[str, Sample] = {
    "eccc_geomet": Sample(
        text("x,y,STATION_NAME,CLIMATE_IDENTIFIER,LOCAL_DATE,LOCAL_HOUR,TEMP,TEMP_FLAG,DEW_POINT_TEMP,RELATIVE_HUMIDITY,PRECIP_AMOUNT,WIND_DIRECTION,WIND_SPEED,VISIBILITY,STATION_PRESSURE,UTC_DATE", "-73.6,45.5,MONTREAL,7025251,2024-07-13 00:00:00,0,10,E,5,71,0.2,27,36,24.1,98.51,2024-07-13T05:00:00"),
        "2024-07-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "precipitation_mm": 0.2, "wind_direction_deg": 270, "wind_speed_ms": 10, "visibility_km": 24.1, "pressure_station_hpa": 985.1}, upstream={"temperature_c": 3}),
    "noaa_lcd_2016": Sample(
        text("STATION,STATION_NAME,DATE,REPORTTPYE,HOURLYVISIBILITY,HOURLYDRYBULBTEMPF,HOURLYDRYBULBTEMPC,HOURLYDewPointTempF,HOURLYRelativeHumidity,HOURLYWindSpeed,HOURLYWindDirection,HOURLYWindGustSpeed,HOURLYStationPressure,HOURLYSeaLevelPressure,HOURLYPrecip", "WBAN:13874,ATLANTA,2016-01-13 00:52,FM-15,10.00,50s,10.0,41,71,10,VRB,20,28.93,29.92,0.1", "WBAN:13874,ATLANTA,2016-01-13 23:59,SOD,,,,,,,,,,,"),
        "2016-01-13T05:52", {"visibility_km": 16.09344, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 4.4704, "wind_direction_deg": None, "wind_gust_ms": 8.9408, "pressure_station_hpa": 28.93 * 33.8639, "pressure_msl_hpa": 29.92 * 33.8639, "precipitation_mm": 2.54}, timezone="America/New_York", upstream={"temperature_c": 3}),
    "refuse_eccc_daily": Sample(text("\"Longitude (x)\",\"Latitude (y)\",\"Station Name\",\"Climate ID\",\"Date/Time\",\"Max Temp (°C)\",\"Max Temp Flag\",\"Min Temp (°C)\",\"Total Precip (mm)\"", "\"-73\",\"45\",\"M\",\"702\",\"2024-01-13\",\"9.1\",\"\",\"1.1\",\"0.2\""), refused="DAILY_ONLY"),
    "refuse_ghcn_daily": Sample(text("USW00094728,20240113,TMAX,91,,,W,2400", "USW00094728,20240114,TMAX,81,,,W,2400"), refused="DAILY_ONLY"),
    "refuse_jma_daily": Sample(text("ダウンロードした時刻：2024/02/01 10:00:00", "", ",東京,東京", "年月日,平均気温(℃),平均気温(℃)", ",,品質情報", "2024/1/1,5.5,8", encoding='cp932'), refused="DAILY_ONLY"),
    "refuse_kma_daily": Sample(text("지점,지점명,일시,평균기온(°C),최저기온(°C)", "108,서울,2024-01-13,5.1,1.1", encoding='cp949'), refused="DAILY_ONLY"),
    "refuse_knmi_daily": Sample(text("# STN,YYYYMMDD,DDVEC,FHVEC,   FG,   TG,   TN,   TX,   RH", "", "  260,20240113,  207,   25,   33,   51,   11,   91,   12"), refused="DAILY_ONLY"),
    "refuse_meteofrance_daily": Sample(text("NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJ;RR;QRR;TN;QTN;TX;QTX", "13001009;AIX;43.5;5.4;173;20240113;0.6;1;1.1;1;9.1;1"), refused="DAILY_ONLY"),
    "refuse_meteoswiss_daily": Sample(text("station_abbr;reference_timestamp;tre200d0;rre150d0", "BAS;13.01.2024 00:00;5.1;0.2"), refused="DAILY_ONLY"),
    "refuse_smhi_daily": Sample(text("Stationsnamn;Stationsnummer", "Abisko;188790", "", "Från Datum Tid (UTC);Till Datum Tid (UTC);Representativt dygn;Lufttemperatur;Kvalitet;;Tidsutsnitt:", "2024-01-13 00:00:01;2024-01-14 00:00:00;2024-01-13;5.1;G;;x"), refused="DAILY_ONLY"),
    "chmi": Sample(
        text("STATION;ELEMENT;DT;VAL;FLAG;QUALITY", *(f"0-20000-0-11406;{e};2024-01-13T05:10:00Z;{v};;0" for e, v in (("T", 10), ("H", 71), ("F", 2.5), ("Fmax", 5.5), ("D", 270), ("P", 985.1), ("SRA10M", 0.2)))),
        "2024-01-13T05:10", {"temperature_c": 10, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2}),
    "hungaromet": Sample(
        text("#Meta", "#StationNumber:   44121;", "StationNumber;Time;    r;Q_r;    t;Q_t;    v;Q_v;    p;Q_p;    u;Q_u;   fs;Q_fs;  fsd;Q_fsd;   fx;Q_fx;EOR", "   44121;202401130510;  0.2;   ; 10.0;   ; 9000;   ;985.1;   ;   71;   ;  2.5;   ;  270;   ;  5.5;   ;EOR", "   44121;202401130520; -999;   ; -999;   ; -999;   ; -999;   ; -999;   ; -999;   ; -999;   ; -999;   ;EOR"),
        "2024-01-13T05:10", {"precipitation_mm": 0.2, "temperature_c": 10, "visibility_km": 9, "pressure_station_hpa": 985.1, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_direction_deg": 270, "wind_gust_ms": 5.5}),
    "bom_axf": Sample(
        text("[notice]", 'copyright[80]="Copyright"', "[$]", "", "[data]", "sort_order,wmo,name[80],local_date_time_full[80],aifstime_utc[80],air_temp,apparent_t,dewpt,rel_hum,wind_spd_kmh,gust_kmh,wind_dir[80],press_msl,vis_km[80],rain_trace[80]", '0,94768,"Sydney","20240113100000","20240112230000",10,9,5,71,36,72,"NNW",1012.1,"9","1.2"', "[$]"),
        "2024-01-12T23:00", BOM),
    "bom_hm": Sample(
        text("hm,Station Number,Year Month Day Hour Minutes in YYYY,MM,DD,HH24,MI format in Local time,Year Month Day Hour Minutes in YYYY,MM,DD,HH24,MI format in Local standard time," + HM, "hm, 23034,2024,01,13,00,30,2024,01,12,23,30," + HM_ROW),
        "2024-01-12T14:00", HM_VALUES, timezone="Australia/Adelaide"),
    "bom_hm_standard": Sample(
        text("hm,Station Number,Day/Month/Year in DD/MM/YYYY format,Hour24:Minutes in HH24:MI format in Local standard time," + HM, "hm, 23034,12/01/2024,23:30," + HM_ROW),
        "2024-01-12T14:00", HM_VALUES, timezone="Australia/Adelaide"),
    "bom_json": Sample(document({"observations": {"header": [{"name": "Sydney"}], "data": [BOM_ROW]}}), "2024-01-12T23:00", BOM),
    "cimis": Sample(
        text("Stn Id,Stn Name,CIMIS Region,Date,Hour (PST),Jul,ETo (in),qc,Precip (in),qc,Sol Rad (Ly/day),qc,Air Temp (F),qc,Rel Hum (%),qc,Dew Point (F),qc,Wind Speed (mph),qc,Wind Dir (0-360),qc,Soil Temp (F),qc", "2,FivePoints,Valley,1/13/2024,2400,13,0.00, ,0.1, ,100, ,50.0,Y,71, ,41.0, ,10.0, ,270, ,60, "),
        "2024-01-14T08:00", {"precipitation_mm": 2.54, "solar_radiation_wm2": 48.426, "temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5, "wind_speed_ms": 4.4704, "wind_direction_deg": 270}, upstream={"temperature_c": 3}),
    "cma": Sample(
        text("Station_Id_C,Year,Mon,Day,Hour,PRS,PRS_Sea,TEM,DPT,RHU,PRE_1h,WIN_D_Avg_2mi,WIN_S_Avg_2mi,WIN_S_Inst_Max,VIS", "54511,2024,1,13,5,985.1,1012.1,10,5,71,0.2,270,2.5,5.5,9000"),
        "2024-01-13T05:00", {"pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "precipitation_mm": 0.2, "wind_direction_deg": 270, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "visibility_km": 9}),
    "dmi_json": Sample(
        document({"features": [{"geometry": {"type": "Point", "coordinates": [12.5, 55.6]}, "properties": {"observed": "2024-01-13T05:00:00Z", "parameterId": "temp_dry", "stationId": "06180", "value": 10}}, {"properties": {"observed": "2024-01-13T05:00:00Z", "parameterId": "wind_speed", "stationId": "06180", "value": 2.5}}]}),
        "2024-01-13T05:00", {"temperature_c": 10, "wind_speed_ms": 2.5}),
    "dwd_poi": Sample(
        text("surface observations;Parameter description;cloud_cover_total;dew_point_temperature_at_2_meter_above_ground;dry_bulb_temperature_at_2_meter_above_ground;horizontal_visibility;maximum_wind_speed_last_hour;mean_wind_direction_during_last_10 min_at_10_meters_above_ground;mean_wind_speed_during last_10_min_at_10_meters_above_ground;precipitation_amount_last_hour;pressure_reduced_to_mean_sea_level;relative_humidity", "10147;Unit;%;Grad C;Grad C;km;km/h;Grad;km/h;mm;hPa;%", "Datum;Uhrzeit (UTC);Wolkenbedeckung;Taupunkt;Temperatur (2m);Sicht;Boe;Richtung;Wind;Regen;Druck;Feuchte", "13.01.24;05:00;50;5,0;10,0;9,0;72;270;36;0,2;1012,1;71", "13.01.24;04:00;---;---;10,1;---;---;---;---;---;---;---", encoding="latin-1"),
        "2024-01-13T05:00", {"cloud_cover_percent": 50, "dew_point_c": 5, "temperature_c": 10, "visibility_km": 9, "wind_gust_ms": 20, "wind_direction_deg": 270, "wind_speed_ms": 10, "precipitation_mm": 0.2, "pressure_msl_hpa": 1012.1, "humidity_percent": 71}),
    "eccc_hourly_fr": Sample(
        text('"Longitude (x)","Latitude (y)","Nom de la Station","ID climatologique","Date/Heure (HNL)","Année","Mois","Jour","Heure (HNL)","Temp (°C)","Temp Indicateur","Point de rosée (°C)","Point de rosée Indicateur","Hum. rel (%)","Hum. rel Indicateur","Hauteur de précip. (mm)","Hauteur de précip. Indicateur","Dir. du vent (10s deg)","Dir. du vent Indicateur","Vit. du vent (km/h)","Vit. du vent Indicateur","Visibilité (km)","Visibilité Indicateur","Pression à la station (kPa)","Pression à la station Indicateur"', '"-73,58","45,50","MONTREAL","7025251","2024-07-13 00:00","2024","07","13","00:00","10,0","E","5,0","","71","","0,2","","27","","36","","24,1","","98,51",""'),
        "2024-07-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "precipitation_mm": 0.2, "wind_direction_deg": 270, "wind_speed_ms": 10, "visibility_km": 24.1, "pressure_station_hpa": 985.1}, timezone="America/Montreal", upstream={"temperature_c": 3}),
    "fmi": Sample(
        text("Year,m,d,Time,Time zone,Air temperature (degC),Dew-point temperature (degC),Relative humidity (%),Wind speed (m/s),Gust speed (m/s),Wind direction (deg),Pressure (msl) (hPa),Precipitation amount (mm),Snow depth (cm),Horizontal visibility (m)", "2024,1,13,05:00,UTC,10,5,71,2.5,5.5,270,1012.1,0.2,-1,9000"),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "precipitation_mm": 0.2, "snow_depth_cm": 0, "visibility_km": 9}, timezone="Europe/Helsinki"),
    "frost_json": Sample(
        document({"data": [{"sourceId": "SN18700:0", "referenceTime": "2024-01-13T05:00:00.000Z", "observations": [{"elementId": "air_temperature", "value": 10, "unit": "degC", "qualityCode": 5}, {"elementId": "wind_speed", "value": 2.5, "unit": "m/s"}]}]}),
        "2024-01-13T05:00", {"temperature_c": 10, "wind_speed_ms": 2.5}, upstream={"temperature_c": 3}),
    "geosphere_tawes": Sample(
        text("time,station,TL,TP,RF,FF,FFX,DD,P,PRED,RR,GLOW,SCHNEE", "2024-01-13T05:10+00:00,11035,10,5,71,2.5,5.5,270,985.1,1012.1,0.2,100.5,3"),
        "2024-01-13T05:10", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "precipitation_mm": 0.2, "solar_radiation_wm2": 100.5, "snow_depth_cm": 3}),
    "imgw": Sample(
        text(imgw_line(), encoding="cp1250"), "2024-01-13T05:00",
        {"visibility_km": 9, "cloud_cover_percent": 50, "wind_direction_deg": 270, "wind_speed_ms": None, "wind_gust_ms": 6, "temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "precipitation_6h_mm": 0.6}),
    "inmet_bdmep": Sample(
        text("Nome: SAO PAULO - MIRANTE", "Codigo Estacao: A701", "Latitude: -23.49", "Longitude: -46.62", "Altitude: 785.64", "", "Data Medicao;Hora Medicao;PRECIPITACAO TOTAL, HORARIO(mm);PRESSAO ATMOSFERICA AO NIVEL DA ESTACAO, HORARIA(mB);RADIACAO GLOBAL(Kj/m²);TEMPERATURA DO AR - BULBO SECO, HORARIA(°C);TEMPERATURA DO PONTO DE ORVALHO(°C);UMIDADE RELATIVA DO AR, HORARIA(%);VENTO, DIRECAO HORARIA (gr)(° (gr));VENTO, RAJADA MAXIMA(m/s);VENTO, VELOCIDADE HORARIA(m/s);", "2024-01-13;0500;,2;985,1;1800;10,0;5,0;71;270;5,5;2,5;", "2024-01-13;0600;null;null;null;null;null;null;null;null;null;"),
        "2024-01-13T05:00", {"precipitation_mm": 0.2, "pressure_station_hpa": 985.1, "solar_radiation_wm2": 500, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_direction_deg": 270, "wind_gust_ms": 5.5, "wind_speed_ms": 2.5}, place={"station": "A701", "name": "SAO PAULO - MIRANTE", "latitude": -23.49, "longitude": -46.62, "elevation_m": 785.64}),
    "inmet_table": Sample(
        text('"Data";"Hora (UTC)";"Temp. Ins. (C)";"Temp. Max. (C)";"Umi. Ins. (%)";"Pto Orvalho Ins. (C)";"Pressao Ins. (hPa)";"Vel. Vento (m/s)";"Dir. Vento (m/s)";"Raj. Vento (m/s)";"Radiacao (KJ/m²)";"Chuva (mm)"', '"13/01/2024";"0500";"10,0";"11,0";"71,0";"5,0";"985,1";"2,5";"270,0";"5,5";"1800,0";"0,2"'),
        "2024-01-13T05:00", {"temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5, "pressure_station_hpa": 985.1, "wind_speed_ms": 2.5, "wind_direction_deg": 270, "wind_gust_ms": 5.5, "solar_radiation_wm2": 500, "precipitation_mm": 0.2}),
    "jma_plain": Sample(
        text(*JMA, ",前橋,前橋,前橋", "年月日時,気温(℃),品質情報,降水量(mm)", "2024/1/1 1:00:00,5.5,5,0.5", encoding="cp932"),
        "2023-12-31T16:00", {"temperature_c": 5.5, "precipitation_mm": 0.5}),
    "jma_wind": Sample(
        text(*JMA, ",東京,東京,東京,東京,東京,東京,東京", "年月日時,気温(℃),気温(℃),風速(m/s),風速(m/s),風速(m/s),風速(m/s),雲量(10分比)", ",,,,,風向,風向,", ",,品質情報,,品質情報,,品質情報,", "2024/1/1 1:00:00,5.5,8,2.5,8,北北西,5,10-", encoding="cp932"),
        "2023-12-31T16:00", {"temperature_c": 5.5, "wind_speed_ms": 2.5, "wind_direction_deg": 337.5, "cloud_cover_percent": 100}, upstream={"wind_direction_deg": 3}),
    "kma_apihub": Sample(
        text("#START7777", "# YYMMDDHHMI STN  WD   WS GST  GST  GST     PA     PS PT    PR    TA    TD    HM", "202401131400 108 27 2.5 -9 5.5 1350 985.1 1012.1 -9 -9.0 10.0 5.0 71.0 8.7 -9.0 -9.0 -9.0 -9.0 -9.0 -9.0 3.0 -9 -9 - 5 -9 -9 - -9 -9 -9 900 0.5 0.36 -9.0 -9.0 -9.0 -9.0 -9.0 -9.0 -9.0 -9.0 -9.0 -9.0 -9.0", "#7777END"),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "visibility_km": 9, "sunshine_min": 30, "solar_radiation_wm2": 100, "snow_depth_cm": 3, "cloud_cover_percent": 50}),
    "met_eireann": Sample(
        text("Station Name: DUBLIN AIRPORT", "Station Height: 71 M", "Latitude:53.428  ,Longitude: -6.241", "", "date:  -  Date and Time (utc)", "", "date,ind,rain,ind,temp,ind,wetb,dewpt,vappr,rhum,msl,ind,wdsp,ind,wddir,ww,w,sun,vis,clht,clamt", "13-jan-2024 05:00,0,0.2,0,10,0,7,5,9.3,71,1012.1,2,10,2,270,61,62,0.5,9000,40,4"),
        "2024-01-13T05:00", {"precipitation_mm": 0.2, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "pressure_msl_hpa": 1012.1, "wind_speed_ms": 5.14444, "wind_direction_deg": 270, "sunshine_min": 30, "visibility_km": 9, "cloud_cover_percent": 50}, place={"name": "DUBLIN AIRPORT", "elevation_m": 71.0, "latitude": 53.428, "longitude": -6.241}),
    "meteoswiss_10min": Sample(
        text("station_abbr;reference_timestamp;tre200s0;ure200s0;tde200s0;prestas0;pp0qffs0;fu3010z0;fkl010z1;dkl010z0;rre150z0;htoauts0;gre000z0;sre000z0", "BAS;13.01.2024 05:10;10;71;5;985.1;1012.1;36;5.5;270;0.2;3;100;5"),
        "2024-01-13T05:10", {"temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "wind_speed_ms": 10, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "precipitation_mm": 0.2, "snow_depth_cm": 3, "solar_radiation_wm2": 100, "sunshine_min": 5}),
    "mf_synop": Sample(
        text("numer_sta;date;pmer;tend;cod_tend;dd;ff;t;td;u;vv;ww;n;pres;raf10;ht_neige;rr1;rr3;rr6;rr12;rr24", "07005;20240113060000;101210;30;2;270;2.5;283.15;278.15;71;9000;mq;50;98510;5.5;0.03;-0.1;0.4;0.6;1.2;2.4"),
        "2024-01-13T06:00", {"pressure_msl_hpa": 1012.1, "wind_direction_deg": 270, "wind_speed_ms": 2.5, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "visibility_km": 9, "cloud_cover_percent": 50, "pressure_station_hpa": 985.1, "wind_gust_ms": 5.5, "snow_depth_cm": 3, "precipitation_mm": 0, "precipitation_3h_mm": 0.4, "precipitation_6h_mm": 0.6, "precipitation_12h_mm": 1.2, "precipitation_24h_mm": 2.4}),
    "midas_rain": Sample(text(*BADC, "ob_end_time,id,id_type,ob_hour_count,version_num,met_domain_name,src_id,prcp_amt,prcp_dur", "2024-01-13 06:00:00,3768,WMO,6,1,SREW,838,1.2,6", "end data"), "2024-01-13T06:00", {"precipitation_6h_mm": 1.2}, place=BRACKNELL),
    "midas_weather": Sample(
        text(*BADC, "ob_time,id,id_type,src_id,wind_speed_unit_id,wind_direction,wind_speed,cld_ttl_amt_id,visibility,msl_pressure,air_temperature,dewpoint,stn_pres,q10mnt_mxgst_spd,wmo_hr_sun_dur,rltv_hum,snow_depth,prcp_amt", "2024-01-13 05:00:00,3768,WMO,838,4,270,10,4,900,1012.1,10,5,985.1,20,0.5,71,3,0.2", "2024-01-13 06:00:00,3768,WMO,838,4,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA", "end data"),
        "2024-01-13T05:00", {"wind_direction_deg": 270, "wind_speed_ms": 5.14444, "cloud_cover_percent": 50, "visibility_km": 9, "pressure_msl_hpa": 1012.1, "temperature_c": 10, "dew_point_c": 5, "pressure_station_hpa": 985.1, "wind_gust_ms": 10.28888, "sunshine_min": 30, "humidity_percent": 71, "snow_depth_cm": 3, "precipitation_mm": 0.2}, place=BRACKNELL),
    "midas_wind": Sample(text(*BADC, "ob_end_time,id_type,id,ob_hour_count,src_id,mean_wind_dir,mean_wind_speed,max_gust_dir,max_gust_speed,max_gust_ctime", "2024-01-13 05:00:00,WIND,838001,1,838,270,10,280,20,NA", "end data"), "2024-01-13T05:00", {"wind_direction_deg": 270, "wind_speed_ms": 5.14444, "wind_gust_ms": 10.28888}, place=BRACKNELL),
    "ndbc_old": Sample(text("YY MM DD hh WD   WSPD GST  WVHT  DPD   APD  MWD  BAR    ATMP  WTMP  DEWP  VIS", "98 01 31 05  99  2.5  5.5 99.00 99.00 99.00 999  999.0  10.0 999.0   5.0  2.0", "98 01 31 06 999 99.0 99.0 99.00 99.00 99.00 999 9999.0 999.0 999.0 999.0 99.0"), "1998-01-31T05:00", {"wind_direction_deg": 99, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "pressure_msl_hpa": 999, "temperature_c": 10, "dew_point_c": 5, "visibility_km": 3.704}),
    "niwa_cliflo": Sample(text("Screen Observations: Hourly", "Station,Date(NZST),Tdry(C),Twet(C),RH(%),Tdew(C),Pmsl(hPa),Pstn(hPa),Speed(m/s),Dir(DegT),Amount(mm),Period(Hrs),Freq", "Wellington Aero,20240113:0500,10,7,71,5,1012.1,985.1,2.5,270,0.2,1,H", "UserName is = x"), "2024-01-12T17:00", {"temperature_c": 10, "humidity_percent": 71, "dew_point_c": 5, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "wind_speed_ms": 2.5, "wind_direction_deg": 270, "precipitation_mm": 0.2}),
    "nys_mesonet": Sample(text("station,time,temp_2m [degC],temp_9m [degC],relative_humidity [percent],precip_incremental [mm],precip_local [mm],avg_wind_speed_prop [m/s],max_wind_speed_prop [m/s],wind_direction_prop [degrees],station_pressure [mbar],solar_insolation [W/m^2],snow_depth [cm]", "ADDI,2024-01-13 05:05:00 UTC,10,9,71,0.2,5.0,2.5,5.5,270,985.1,100.5,3"), "2024-01-13T05:05", {"temperature_c": 10, "humidity_percent": 71, "precipitation_mm": 0.2, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "solar_radiation_wm2": 100.5, "snow_depth_cm": 3}),
    "refuse_bom_daily": Sample(text("Product code,Bureau of Meteorology station number,Year,Month,Day,Rainfall amount (millimetres)", "IDCJAC0009,066037,2024,01,13,1.2"), refused="DAILY_ONLY"),
    "rmi_synop": Sample(text("FID,the_geom,code,timestamp,precip_quantity,precip_range,temp,temp_min,wind_speed,wind_speed_unit,wind_direction,wind_peak_speed,humidity_relative,pressure,pressure_station_level,cloudiness", "synop_data.1,POINT (50.9 4.4),6451,2024-01-13T05:00:00,0.2,5,10,,2.5,1,270,5.5,71,1012.1,985.1,4"), "2024-01-13T05:00", {"precipitation_mm": 0.2, "temperature_c": 10, "wind_speed_ms": 2.5, "wind_direction_deg": 270, "wind_gust_ms": 5.5, "humidity_percent": 71, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "cloud_cover_percent": 50}),
    "rp5_metar": Sample(text("# METAR", "#", '"Local time in Frankfurt (airport)";"T";"P0";"P";"U";"DD";"Ff";"ff10";"WW";"W\'W\'";"c";"VV";"Td"', '"13.01.2024 05:20";"10.0";"740.0";"750.0";"71";"Wind blowing from the north-west";"3";"6";" ";"";"Overcast";"10.0 and more";"5.0";'), "2024-01-13T05:20", {"temperature_c": 10, "pressure_station_hpa": 740 * 1.333224, "pressure_msl_hpa": 750 * 1.333224, "humidity_percent": 71, "wind_direction_deg": 315, "wind_speed_ms": 3, "wind_gust_ms": 6, "visibility_km": 10, "dew_point_c": 5}, timezone="UTC"),
    "seklima": Sample(
        b"\xef\xbb\xbf" + text("Navn;Stasjon;Tid(norsk normaltid);Lufttemperatur;Duggpunktstemperatur;Relativ luftfuktighet;Middelvind;Høyeste vindkast (1 t);Vindretning;Lufttrykk i havnivå;Lufttrykk i stasjonsnivå;Nedbør (1 t);Snødybde", "Oslo - Blindern;SN18700;13.07.2024 05:00;10,0;5,0;71;2,5;5,5;270;1012,1;985,1;0,2;3", "Oslo - Blindern;SN18700;13.07.2024 06:00;-;-;-;-;-;-;-;-;-;-", "Data er gyldig per 14.07.2024 (CC BY 4.0), Meteorologisk institutt (MET)"),
        "2024-07-13T04:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "snow_depth_cm": 3}),
    "snotel": Sample(
        text("#---- WARNING ----", "# Ribbon Snotel (1234), Utah", "Date,Ribbon (1234) Air Temperature Observed (degF),Ribbon (1234) Relative Humidity (pct),Ribbon (1234) Wind Speed Average (mph),Ribbon (1234) Wind Direction Average (degree),Ribbon (1234) Precipitation Accumulation (in) Start of Hour Values,Ribbon (1234) Snow Depth (in) Start of Hour Values,Ribbon (1234) Solar Radiation Average (watt/m2)", "2024-07-13 05:00,50.0,71,10,270,10.0,25,100.5"),
        "2024-07-13T12:00", {"temperature_c": 10, "humidity_percent": 71, "wind_speed_ms": 4.4704, "wind_direction_deg": 270, "precipitation_mm": 254, "snow_depth_cm": 63.5, "solar_radiation_wm2": 100.5}, timezone="America/Denver"),
    "synoptic": Sample(
        text(*SYNOPTIC, "Station_ID,Date_Time,air_temp_set_1,dew_point_temperature_set_1d,relative_humidity_set_1,wind_speed_set_1,wind_gust_set_1,wind_direction_set_1,visibility_set_1,sea_level_pressure_set_1d,pressure_set_1d,precip_accum_one_hour_set_1,solar_radiation_set_1", ",,Fahrenheit,Celsius,%,knots,m/s,Degrees,Statute miles,Pascals,Pascals,Inches,W/m**2", "KSLC,01/13/2024 05:00 MST,50.0,5.0,71,10.0,5.5,270,10,101210,98510,0.1,100.5"),
        "2024-01-13T12:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 5.14444, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "visibility_km": 16.09344, "pressure_msl_hpa": 1012.1, "pressure_station_hpa": 985.1, "precipitation_mm": 2.54, "solar_radiation_wm2": 100.5}, place={"name": "Salt Lake City", "latitude": 40.77, "longitude": -111.97}),
}  # fmt: skip
