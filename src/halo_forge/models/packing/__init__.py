"""From a directory of weights to one GGUF file: `write.pack`."""
