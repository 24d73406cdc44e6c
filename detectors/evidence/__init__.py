"""What a person is shown: snapshots, the recorder, the store, and the candidate that leaves the room."""
