"""The stable hash of plain data that fingerprints and keys are made of.

Belongs here: that hash. Does not belong here: what is hashed (`lake/fingerprints.py`, `stations.py`).
"""

import hashlib
import json


def digest(value: object) -> str:
    """Stable hash of plain data, 32 hex digits."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:32]
