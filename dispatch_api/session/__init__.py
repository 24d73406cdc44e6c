"""Signing in and out, the language, and where a person starts."""

from dispatch_api.components.audience import Audience
from dispatch_api.session import api, routes

AUDIENCE = Audience(name="session", pages=routes.router, api=api.router)
