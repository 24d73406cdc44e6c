"""People and programs: the console, the ward's phone and the JSON API. May import `incidents` only."""
