"""Where samples come from: the `Sampler` protocol and one file an engine."""
