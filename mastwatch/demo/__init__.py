"""The whole path on one machine: every part that a city runs, in front of real clips."""
