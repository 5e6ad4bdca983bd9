"""Programs that run inside the sandbox, beside the sample. They import nothing of halo-forge."""
