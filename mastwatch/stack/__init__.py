"""What a city runs on its own servers, started here on one machine for the demo and the tests."""
