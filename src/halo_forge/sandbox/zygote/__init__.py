"""A process that has done its start-up once and is forked for every command: `host` is our half, the rest its own.

`forking` and `walls` run in the sandbox, so they import nothing but the standard library and each other.
"""
