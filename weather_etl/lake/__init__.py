"""Table objects and the blob storage they lie in: containers, conditional writes, the Parquet form, stamps, fingerprints.
What is in a table, and which files it came from, does not belong here (`meteorology/`, `ingestion/`)."""
