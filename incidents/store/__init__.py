"""All SQL, each statement beside the method that runs it; migrations; the pool; what was read as records."""
