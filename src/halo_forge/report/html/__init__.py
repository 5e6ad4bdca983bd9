"""Results and their samples as one HTML file that needs nothing else: no network, no other file, no server.

===========  =====================================================================================================
`build`      what the page says, from a `Comparison` (of one result or of several) and the `Evidence` behind it
`raft`       the same, from a run of RAFT; such a page has no list of samples
`charts`     the charts, as SVG within the page
`packing`    the samples as data within the page, and what had to be cut
`page`       everything put into one file, with the hashes that its content security policy is made of
===========  =====================================================================================================

``page.html.j2``, ``style.css`` and ``app/`` are what a browser gets. What a model wrote is hostile text: it is in the
page as compressed data only, and the page's script puts it into text nodes, never into markup; the two samples that the
page of a run of RAFT shows are escaped. Should that fail, the policy lets no other script run and nothing be fetched.

Limits: older browsers than Chrome 80, Firefox 113 and Safari 16.4 (2023) show all but the samples.
"""

from halo_forge.report.html.page import raft_to_html, to_html

__all__ = ["raft_to_html", "to_html"]
