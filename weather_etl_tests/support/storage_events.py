"""Storage events as Azure sends them.

Belongs here: messages. Does not belong here: queues.
"""

import base64
import json
from typing import Any


def event_grid(name: str, container: str = "landing", kind: str = "Microsoft.Storage.BlobCreated") -> dict[str, Any]:
    """An event in the Event Grid schema, cut to what a sender must fill."""
    return {
        "topic": "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acc",
        "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
        "eventType": kind,
        "id": "831e1650-001e-001b-66ab-eeb76e069631",
        "eventTime": "2026-01-01T00:00:00Z",
        "data": {"api": "PutBlob", "url": f"https://acc.blob.core.windows.net/{container}/{name}"},
        "dataVersion": "",
        "metadataVersion": "1",
    }


def cloud_event(name: str, container: str = "landing") -> dict[str, Any]:
    """The same event in the CloudEvents schema."""
    return {
        "specversion": "1.0",
        "source": "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acc",
        "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
        "type": "Microsoft.Storage.BlobCreated",
        "id": "831e1650-001e-001b-66ab-eeb76e069631",
        "time": "2026-01-01T00:00:00Z",
        "data": {},
    }


def base64_of(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()
