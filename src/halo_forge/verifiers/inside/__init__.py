"""Programs that run inside the sandbox, beside the sample. They import nothing of halo-forge.

`python_program` is a script of its own. The other modules are one program, `start`, that travels as a zip file.
"""
