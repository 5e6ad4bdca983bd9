"""Fixtures for all tests."""

from fixtures_judging import judges, sandbox
from fixtures_models import model_path

__all__ = ["judges", "model_path", "sandbox"]
