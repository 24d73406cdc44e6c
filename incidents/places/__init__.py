"""Wards, units and routing: who leads, by category, place and date."""
