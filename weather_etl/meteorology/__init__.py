"""The pure core: frames in, frames out. Knows pandas, numpy and Arrow; nothing of Dagster, Azure or SQL."""
