"""Fixtures for all tests."""

from fixtures_judging import judges, sandbox

__all__ = ["judges", "sandbox"]
