"""Rules: `(state, observations, scene, seen_at) -> (state, alarms)`, pure and on frame times."""
