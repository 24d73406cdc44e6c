"""A ward's or unit's phone: its tasks, and their results."""

from dispatch_api.components.audience import Audience
from dispatch_api.ward import api, routes

AUDIENCE = Audience(name="ward", pages=routes.router, api=api.router)
