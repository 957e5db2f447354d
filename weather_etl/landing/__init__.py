"""What lies in the landing container.

Belongs here: listing and routing of blobs, versions of files, their bytes as text, archived files, storage events.
Does not belong here: what the text means (`meteorology/`), what was read before (`ingestion/`).
"""
