"""What crosses rooms: the events, their schemas and their bytes."""
