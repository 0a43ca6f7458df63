"""The house of the command tests, for pains that are felt there."""

from tests.app.conftest import house, phone

__all__ = ["house", "phone"]
