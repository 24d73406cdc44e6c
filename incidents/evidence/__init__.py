"""Pictures, clips and photos, stored whole or not at all: written by workers, read by the API."""
