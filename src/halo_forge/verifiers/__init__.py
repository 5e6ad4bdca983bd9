"""From a sample to a verdict: one file a language, and what the languages share."""
