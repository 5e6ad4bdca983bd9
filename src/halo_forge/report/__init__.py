"""A `Report` for people and for programs. Sees types only; knows nothing of how the numbers came about."""
