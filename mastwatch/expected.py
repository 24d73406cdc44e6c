"""Errors that a user can mend: said in one line. Anything else is our defect and keeps its traceback."""

from __future__ import annotations

from detectors.runtimes.errors import DetectorFailed
from detectors.view.matcher import SeveralViews
from incidents.bus.dead_letter_limit import TooManyDeadLetters
from incidents.bus.dead_letters import NoDeadLetter
from incidents.bus.outbox import OutboxError
from incidents.bus.topics import BusUnavailable
from incidents.errors import IncidentError
from incidents.evidence.opening import BadStoreAddress
from ingest.errors import StreamError
from mastwatch.config.faults import ConfigError
from mastwatch.settings import SettingsError
from mastwatch.stack.errors import StackError
from models.registry import WeightsError

EXPECTED = (
    SettingsError,
    StackError,
    ConfigError,
    SeveralViews,
    BadStoreAddress,
    StreamError,
    WeightsError,
    DetectorFailed,
    IncidentError,
    OutboxError,
    BusUnavailable,
    NoDeadLetter,
    TooManyDeadLetters,
)
