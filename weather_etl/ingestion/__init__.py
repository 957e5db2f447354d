"""Landing files become raw rows, each version exactly once.

Belongs here: the manifest, the merge, reading one file, the splitting of shared files.
Does not belong here: how a file is cut and how its cells are read (`meteorology/`).
"""
