"""Modules whose source becomes a part of assertion suites; they run beside the suite and import little.

The hash of a problem is that of its tests as they are written. So any change here, be it to a comment, makes results of
before and after incomparable: change these files for a reason.
"""
