"""Engine ``openai``: a model behind a server with OpenAI's interface. The sampler is in `sampler`."""
