"""Engine ``transformers``: weights as they are published, by torch. The sampler is in `sampler`."""
