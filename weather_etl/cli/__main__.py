"""`python -m weather_etl.cli`."""

from weather_etl.cli import main

main()
