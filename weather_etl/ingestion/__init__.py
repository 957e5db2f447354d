"""Landing files become raw rows, each version exactly once: the manifest, the merge, the splitting of shared files.
How a file is cut and how its cells are read does not belong here (`meteorology/`)."""
