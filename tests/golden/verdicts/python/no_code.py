I do not know.
