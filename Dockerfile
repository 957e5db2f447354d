# syntax=docker/dockerfile:1
# One image for code server, webserver, daemon, workers and runs:   docker build -t weather-etl .
# Belongs here: the pinned packages, the package, one Dagster instance. Does not belong here: settings and secrets; they
# come from the environment.

FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/weather_etl
COPY requirements-deploy.txt ./
RUN /opt/weather_etl/bin/pip install --require-hashes --no-deps -r requirements-deploy.txt
COPY pyproject.toml setup.py README.md LICENSE ./
COPY weather_etl weather_etl
RUN /opt/weather_etl/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
# How runs are launched: dagster.yaml (on the same machine), deploy/celery/dagster.yaml,
# deploy/azure-container-apps/dagster.yaml; the Helm chart mounts its own.
ARG INSTANCE=dagster.yaml
RUN useradd --system --uid 10001 --create-home --home-dir /home/weather weather \
    && install -d -o weather -g weather /opt/dagster
COPY --from=build /opt/weather_etl /opt/weather_etl
COPY --chown=weather:weather ${INSTANCE} /opt/dagster/dagster.yaml
COPY --chown=weather:weather deploy/workspace.yaml deploy/celery/dagster_celery_config.py /opt/dagster/
ENV PATH=/opt/weather_etl/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPATH=/opt/dagster DAGSTER_HOME=/opt/dagster
WORKDIR /opt/dagster
USER 10001
EXPOSE 3000 4000
# The code server; the other services have commands of their own.
CMD ["dagster", "api", "grpc", "-h", "0.0.0.0", "-p", "4000", "-m", "weather_etl"]
