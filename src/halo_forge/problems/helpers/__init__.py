"""Modules whose source becomes a part of assertion suites; they run beside the suite and import little."""
