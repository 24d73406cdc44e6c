"""From frames to candidates. May import `ingest`, `models` and `incidents.bus`."""
