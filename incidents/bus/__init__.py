"""Events between the rooms: their schemas, their bytes, the durable outbox and Kafka."""
