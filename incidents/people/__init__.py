"""Who acts, in which role, and the line of history that says so."""
