"""What a city does about each kind: its policy as data, and the loader that refuses what is incomplete."""
