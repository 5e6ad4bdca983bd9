"""Results for the experiment trackers that people have already: one file a tracker, each an extra of its own."""
