"""The duty officer's desk: candidates, decided by keyboard in seconds."""

from dispatch_api.components.audience import Audience
from dispatch_api.desk import api, routes

AUDIENCE = Audience(name="desk", pages=routes.router, api=api.router)
