"""Rules: `(state, observations, scene) -> (state, events)`, pure and on frame times."""
