"""Samples of research networks, of sensors of private people, and of what they export; the record is `sample_files.Sample`."""

from weather_etl_tests.meteorology.sample_files import Sample, document, text

WIS2 = "TIMESTAMP,RECORD,Station_ID,M_Year,M_Month,M_DayOfMonth,M_HourOfDay,M_Minutes,BP,AirTempK,DewPointTempK,RH,Rain_mm_Tot,WSpeed,WindDir,WSpeed10M_Avg,WindGust"
NETATMO = ('"Station: Casa";"Long";"Lat"', '"Casa";"12.3";"45.1"')

XEMA = {32: 10, 33: 71, 34: 985.1, 35: 0.2, 30: 2.5, 31: 270, 36: 100, 50: 5.5}
OKLAHOMA = {"temperature_c": 10, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "precipitation_mm": 1.2, "solar_radiation_wm2": 100}  # fmt: skip
NETWORKS: dict[str, Sample] = {
    "okmesonet_series": Sample(
        text("# (c) Oklahoma Climatological Survey", " STID  YYYYMMDDhhmm   RELH   TAIR   WSPD   WVEC  WDIR   WDSD   WSSD   WMAX    RAIN     PRES  SRAD   TA9M   WS2M", " ARD2  202401130500     71   10.0    2.5    2.3   270    4.1    0.2    5.5    1.20   985.10   100   16.8    1.4", " ARD2  202401130600     71   -996    2.5    2.3   270    4.1    0.2    5.5    1.20   985.10   100   16.8    1.4"),
        "2024-01-13T05:00", OKLAHOMA),
    "okmesonet_mts": Sample(
        text(" 101 ! (c) Oklahoma Climatological Survey and the Oklahoma Mesonet", "  19 2024  1 13  0  0  0", " STID STNM  TIME    RELH  TAIR  WSPD  WVEC  WDIR  WDSD  WSSD  WMAX  RAIN   PRES    SRAD TA9M  WS2M  TS10", " ARD2  126   305      71  10.0   2.5   2.4   270   5.0   0.5   5.5  1.20  985.1     100 23.0   1.5  28.0"),
        "2024-01-13T05:05", OKLAHOMA),
    "cwa_codis": Sample(
        text('"觀測時間(hour)","測站氣壓(hPa)"', '"ObsTime","StnPres","SeaPres","Temperature","Td dew point","RH","WS","WD","WSGust","WDGust","Precp","PrecpHour","SunShine","GloblRad","Visb","UVI","Cloud Amount"', '"13","985.1","1012.1","10.0","5.0","71","2.5","270","5.5","280","0.5","0.3","0.5","0.36","9","1","5"', '"24","985.1","/","10.0","5.0","71","2.5","V","5.5","280","T","0.3","...","0.36","9","1","5"'),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "precipitation_mm": 0.5, "sunshine_min": 30, "solar_radiation_wm2": 100, "visibility_km": 9, "cloud_cover_percent": 50}, name="466920-2024-01-13.csv", place={"station": "466920"}),
    **{p: Sample(
        text("# Coding: utf-8", "# Latitude (positive North, ISO 19115): 55.7906", "# Altitude (m): 39.00", "# Time reference: Universal time (UT)", f"# Summarization (integration) period: 0 year 0 month 0 day {period} 0 s", "#", "# Observation period;TOA;Clear sky GHI;GHI;BHI", f"2024-01-13T05:00:00.0/2024-01-13T{end}:00.0;200;150;{100.5 * hours};50"),
        f"2024-01-13T{end}", {"solar_radiation_wm2": 100.5}, place={"latitude": 55.7906, "elevation_m": 39.0})
       for p, period, end, hours in (("cams_radiation", "1 h 0 min", "06:00", 1), ("cams_radiation_15min", "0 h 15 min", "05:15", 0.25), ("cams_radiation_1min", "0 h 1 min", "05:01", 1 / 60))},
    "nrel_midc_raw": Sample(
        text("Year,DOY,MST,Air Temperature [deg C],Dew Point Temp [deg C],Rel Humidity [%],Avg Wind Speed @ 3m [m/s],Peak Wind Speed @ 3m [m/s],Avg Wind Direction @ 3m [deg from N],Station Pressure [mBar],Precipitation [mm],Global Horizontal [W/m^2]", "2024,13,5,10.0,5.0,71,2.5,5.5,270,985.1,0.2,100.5", "2024,13,106,-7999,5.0,71,2.5,5.5,270,985.1,0.2,100.5"),
        "2024-01-13T07:05", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "solar_radiation_wm2": 100.5}),
    "pangaea": Sample(
        text("/* DATA DESCRIPTION:", "Coverage:\tLATITUDE: -70.650000 * LONGITUDE: -8.250000", "*/", "Date/Time\tHeight [m]\tSWD [W/m**2]\tT2 [°C]\tTd [°C]\tRH [%]\tPoPoPoPo [hPa]\tPPPP [hPa]\tff [m/s]\tgust [m/s]\tdd [deg]", "2024-01-13T05:00\t2\t100.5\t10.0\t5.0\t71\t985.1\t1012.1\t2.5\t5.5\t270"),
        "2024-01-13T05:00", {"solar_radiation_wm2": 100.5, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270}, place={"latitude": -70.65, "longitude": -8.25}),
    "solrad": Sample(
        text(" Albuquerque", "   35.03796 -106.62211 1617 -7  version 1", " 2024  13  1 13  5  0  5.000  79.30   100.5 2    60.5 0    97.8 0     5.9 0    43.6 0     0.382     2.280     0.431     0.066"),
        "2024-01-13T05:00", {"solar_radiation_wm2": 100.5}, upstream={"solar_radiation_wm2": 3}, place={"name": "Albuquerque", "latitude": 35.03796}),
    "solrad_long": Sample(
        text(" Madison", "   43.07250  -89.41133  271 -6  version 1", " 2024  13  1 13  5  0  5.000  79.30   100.5 0    60.5 0    97.8 0 -9999.9 1 -9999.9 1   187.2 0   265.6 0   265.3 0     0.000     0.000     0.000 -9999.900     0.002    26.000    27.000"),
        "2024-01-13T05:00", {"solar_radiation_wm2": 100.5}, place={"name": "Madison", "latitude": 43.0725}),
    "aemet_csv": Sample(
        text("idema,lon,fint,prec,alt,vmax,vv,dv,lat,pres,hr,pres_nmar,ta,tpr,vis,nieve", "3195,-3.7,2024-01-13T05:00:00,0.2,667.0,5.5,2.5,270.0,40.4,985.1,71.0,1012.1,10.0,5.0,9.0,3.0"),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "precipitation_mm": 0.2, "visibility_km": 9, "snow_depth_cm": 3}),
    "tempest_csv": Sample(
        text("device_id,type,bucket_step_minutes,timestamp,wind_lull,wind_avg,wind_gust,wind_dir,wind_interval,pressure,temperature,humidity,lux,uv,solar_radiation,precip,precip_type,strike_distance,strike_count,battery,report_interval", "1,obs_st,5,1705122000,0.5,2.5,5.5,270,3,985.1,10.0,71,1000,1,100,0.2,0,0,0,2.6,5"),
        "2024-01-13T05:00", {"temperature_c": 10, "humidity_percent": 71, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "solar_radiation_wm2": 100}),
    "xema": Sample(
        text("ID,CODI_ESTACIO,CODI_VARIABLE,DATA_LECTURA,DATA_EXTREM,VALOR_LECTURA,CODI_ESTAT,CODI_BASE", *(f"C6{n},C6,{n},13/01/2024 05:00:00 AM,,{v},V,SH" for n, v in XEMA.items())),
        "2024-01-13T05:00", {"temperature_c": 10, "humidity_percent": 71, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "wind_speed_ms": 2.5, "wind_direction_deg": 270, "solar_radiation_wm2": 100, "wind_gust_ms": 5.5}),
    "darksky_json": Sample(
        document({"latitude": 48.9, "longitude": 24.7, "timezone": "Europe/Kiev", "hourly": {"data": [{"time": 1705122000 + 3600 * h, "temperature": 50, "apparentTemperature": 48.2, "dewPoint": 41, "humidity": 0.7103, "windSpeed": 10, "windGust": 20, "windBearing": 270, "visibility": 10, "pressure": 1012.1, "cloudCover": 0.5} for h in range(12)]}}),
        "2024-01-13T05:00", {"temperature_c": 10, "apparent_temperature_c": 9, "dew_point_c": 5, "humidity_percent": 71.03, "wind_speed_ms": 4.4704, "wind_gust_ms": 8.9408, "wind_direction_deg": 270, "visibility_km": 16.09344, "pressure_msl_hpa": 1012.1, "cloud_cover_percent": 50}, place={"latitude": 48.9, "longitude": 24.7}),
    "renewables_ninja": Sample(
        text("# Renewables.ninja Weather (Point API) - 48.1, 11.5", '# {"params": {"lat": "48.1", "lon": "11.5"}}', "time,local_time,t2m,prectotland,swgdn,wind_speed", "2024-01-13 05:00,2024-01-13 06:00,10.0,0.2,100.5,2.5"),
        "2024-01-13T05:00", {"temperature_c": 10, "precipitation_mm": 0.2, "solar_radiation_wm2": 100.5, "wind_speed_ms": 2.5}, place={"latitude": 48.1, "longitude": 11.5}),
    "fluxnet": Sample(
        text("# Site: US-Xyz", "# Version: 1-5", "TIMESTAMP_START,TIMESTAMP_END,TA_F,TA_F_QC,SW_IN_F,PA_F,P_F,WS_F,WD,RH,NEE_VUT_REF", "202401130430,202401130500,10.0,0,100.5,98.51,0.2,2.5,270,71,-9999", "202401130500,202401130530,-9999,-9999,-9999,-9999,-9999,-9999,-9999,-9999,1.1"),
        "2024-01-13T11:00", {"temperature_c": 10, "solar_radiation_wm2": 100.5, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "wind_speed_ms": 2.5, "wind_direction_deg": 270, "humidity_percent": 71}, timezone="America/Chicago", place={"station": "US-Xyz"}),
    "inmet_comma": Sample(
        text("REGIAO:,CO", "ESTACAO:,CUIABA", "CODIGO (WMO):,A901", "LATITUDE:,-15.5", "LONGITUDE:,-56.0", "ALTITUDE:,241.5", "Data,Hora UTC,PRECIPITAÇÃO TOTAL. HORÁRIO (mm),PRESSAO ATMOSFERICA AO NIVEL DA ESTACAO. HORARIA (mB),RADIACAO GLOBAL (Kj/m²),TEMPERATURA DO AR - BULBO SECO. HORARIA (°C),TEMPERATURA DO PONTO DE ORVALHO (°C),UMIDADE RELATIVA DO AR. HORARIA (%),VENTO. DIREÇÃO HORARIA (gr) (° (gr)),VENTO. RAJADA MAXIMA (m/s),VENTO. VELOCIDADE HORARIA (m/s),", "2024/01/13,0500 UTC,.2,985.1,360,10.0,5.0,71,270,5.5,2.5,", encoding="latin-1"),
        "2024-01-13T05:00", {"precipitation_mm": 0.2, "pressure_station_hpa": 985.1, "solar_radiation_wm2": 100, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "wind_direction_deg": 270, "wind_gust_ms": 5.5, "wind_speed_ms": 2.5}, place={"station": "A901", "name": "CUIABA", "latitude": -15.5, "longitude": -56.0, "elevation_m": 241.5}),
    "netatmo_csv": Sample(
        text(*NETATMO, 'Timestamp;"Timezone : Europe/Rome";Temperature;Humidity;Rain;WindStrength;GustStrength;WindAngle', '1705122000;"2024/01/13 06:00:00";10.0;71;0.2;9;19.8;270'),
        "2024-01-13T05:00", {"temperature_c": 10, "humidity_percent": 71, "precipitation_mm": 0.2, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "wind_direction_deg": 270}),
    "netatmo_csv_indoor": Sample(
        text(*NETATMO, 'Timestamp;"Timezone : Europe/Rome";Temperature;Humidity;CO2;Noise;Pressure', '1705122000;"2024/01/13 06:00:00";21.0;40;800;40;1012.1'),
        "2024-01-13T05:00", {"pressure_msl_hpa": 1012.1}),
    "sensor_community": Sample(
        text("sensor_id;sensor_type;location;lat;lon;timestamp;pressure;altitude;pressure_sealevel;temperature;humidity", "141;BME280;65;48.7;9.2;2024-01-13T05:02:11;98510.00;;101210.00;10.00;71.00"),
        "2024-01-13T05:02", {"pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "temperature_c": 10, "humidity_percent": 71}),
    "solcast": Sample(
        text("PeriodEnd,PeriodStart,Period,AirTemp,CloudOpacity,DewpointTemp,Dhi,Ghi,RelativeHumidity,SnowDepth,SurfacePressure,WindDirection10m,WindSpeed10m", "2024-01-13T05:00:00Z,2024-01-13T04:00:00Z,PT60M,10.0,1,5.0,1,100.5,71.0,3,985.1,270,2.5"),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "solar_radiation_wm2": 100.5, "humidity_percent": 71, "snow_depth_cm": 3, "pressure_station_hpa": 985.1, "wind_direction_deg": 270, "wind_speed_ms": 2.5}),
    "toa5_wis2_plain": Sample(
        text(WIS2, "2024-01-13 07:00:00,719,0-454-2-X,2024,1,13,5,0,98510,283.15,278.15,71,0.2,1.5,270,2.5,5.5"),
        "2024-01-13T05:00", {"temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "pressure_station_hpa": 985.1, "precipitation_mm": 0.2, "wind_speed_ms": 2.5, "wind_direction_deg": 270, "wind_gust_ms": 5.5}),
    "wis2_aws": Sample(
        text("wsi_series,wsi_issuer,wsi_issue_number,wsi_local,year,month,day,hour,minute,station_pressure,msl_pressure,air_temperature,dewpoint_temperature,relative_humidity,snow_depth,wind_direction,wind_speed,maximum_wind_gust_speed_1_hour,total_precipitation_1_hour", "0,20000,0,60351,2024,1,13,5,0,98510,101210,283.15,278.15,71,0.03,270,2.5,5.5,0.2"),
        "2024-01-13T05:00", {"pressure_station_hpa": 985.1, "pressure_msl_hpa": 1012.1, "temperature_c": 10, "dew_point_c": 5, "humidity_percent": 71, "snow_depth_cm": 3, "wind_direction_deg": 270, "wind_speed_ms": 2.5, "wind_gust_ms": 5.5, "precipitation_mm": 0.2}),
    "refuse_solaranywhere": Sample(text('0,Burlington,NA,-5,44.465,-73.205,41,"Data Version: 3.6 / Type: Typical Year"', "ObservationTime(LST),AmbientTemperature (deg C),ObservationTime(GMT)", "01/01/2000 01:00,-6,01/01/2000 06:00"), refused="TYPICAL_YEAR"),
}  # fmt: skip
