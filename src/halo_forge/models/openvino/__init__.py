"""Engine ``openvino``: the same weights on a processor, fast. The sampler is in `sampler`."""
