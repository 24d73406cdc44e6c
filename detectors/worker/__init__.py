"""The process: cameras assigned to it -> stages -> evidence -> outbox -> bus."""
