"""halo-forge: how good is a language model at writing code, and did training make it better?"""

__version__ = "0.1.0"
