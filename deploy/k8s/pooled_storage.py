#!/usr/bin/env python3
"""Post-renderer for Helm: gives Dagster's instance the pooled storage, for which the chart has no value.

    helm upgrade --install dagster dagster/dagster ... --post-renderer deploy/k8s/pooled_storage.py

Reads rendered manifests from standard input and writes them with one change: in the ConfigMap of `dagster.yaml` the three
storages become `weather_etl.pooled_storage`, with the connection as the chart wrote it. Needs PyYAML.
"""

import re
import sys

import yaml

PARTS = ("run_storage", "event_log_storage", "schedule_storage")


def pooled(dagster_yaml: str) -> str:
    """The text of `dagster.yaml` with one pooled storage in place of three others."""
    instance = yaml.safe_load(dagster_yaml)
    first, *others = [instance.pop(part)["config"] for part in PARTS]
    if any(config != first for config in others):
        raise SystemExit("The chart gives Dagster's three storages different connections; set `storage` by hand.")
    custom = {"module": "weather_etl.pooled_storage", "class": "PooledPostgresStorage", "config": first}
    return yaml.safe_dump({**instance, "storage": {"custom": custom}}, sort_keys=False)


def main(manifests: str) -> str:
    """All manifests, that of `dagster.yaml` changed."""
    documents = re.split(r"^---[ \t]*$", manifests, flags=re.MULTILINE)
    changed = 0
    for i, text in enumerate(documents):
        manifest = yaml.safe_load(text) if "dagster.yaml" in text and "ConfigMap" in text else None
        if isinstance(manifest, dict) and manifest.get("kind") == "ConfigMap" and "dagster.yaml" in manifest["data"]:
            manifest["data"]["dagster.yaml"] = pooled(manifest["data"]["dagster.yaml"])
            documents[i] = "\n" + yaml.safe_dump(manifest, sort_keys=False)
            changed += 1
    if changed != 1:
        raise SystemExit(
            f"{changed} ConfigMaps with a dagster.yaml came from the chart, one was expected; is it Dagster's?"
        )
    return "---".join(documents)


if __name__ == "__main__":
    sys.stdout.write(main(sys.stdin.read()))
