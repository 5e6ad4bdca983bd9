"""Running what a model wrote without trusting it: one protocol, one file a kind of sandbox."""
