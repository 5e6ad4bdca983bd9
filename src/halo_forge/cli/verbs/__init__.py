"""One thin file a verb: its options, its help, and a call. Nothing heavy is imported before a verb runs."""
