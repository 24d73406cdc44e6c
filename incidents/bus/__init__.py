"""Kafka, the durable outbox and its delivery."""
