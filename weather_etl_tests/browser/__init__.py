"""What a person sees: Dagster's UI and the report in a real Chromium."""
