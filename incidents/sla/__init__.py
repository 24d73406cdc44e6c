"""Office hours, deadlines and why a deadline is what it is. Pure."""
