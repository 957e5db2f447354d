"""Table objects and the blob storage they lie in.

Belongs here: containers, conditional writes, the Parquet form, stamps, fingerprints.
Does not belong here: what is in a table, and which files it came from (`meteorology/`, `ingestion/`).
"""
