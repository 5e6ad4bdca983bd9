"""Which of several results is better, by how much, and whether that is real: pure functions, nothing read or printed.

Scope: `paired` has the statistics of two results on the same problems; `several` corrects them for having looked at
many pairs; `comparable` says what stands in the way of a comparison; `build` puts it all into one `Comparison`.

Limits: 5% significance and 95% intervals throughout. Per-category differences are shown and not tested.
"""

from halo_forge.compare.build import compare
from halo_forge.compare.comparable import obstacles, remarks, unlike

__all__ = ["compare", "obstacles", "remarks", "unlike"]
