"""One connection per camera: packets, their clock, the ring of the last seconds, reconnecting."""
