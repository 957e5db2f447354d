"""What lies in the landing container: listing and routing of blobs, versions of files, their bytes as text, archived
files, storage events. What the text means and what was read before do not belong here (`meteorology/`, `ingestion/`)."""
