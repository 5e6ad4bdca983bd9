"""Engine ``vllm``: the same weights by vLLM, in a process of its own. The sampler is in `sampler`."""
