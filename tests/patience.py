"""How long tests wait: bounds that only what hangs exceeds, however busy the machine is."""

SOON_S = 20.0  # what happens "at once"
LONG_S = 280.0  # what computes meanwhile
