"""What a run took of its machine: memory, power and energy, measured from one thread while the run goes on.

A `Sampler` looks at every device about once a second and sums up what lies between two looks in a `Slice`; slices are
merged in pairs as they grow many, so a run of any length has a few hundred. They are all that is kept of a session
(one opening of a run), and `figures_of` works out every figure from the slices of all sessions.

One file a source: `nvidia` (NVML), `amd` (sysfs, and the energy counters of amdsmi), `rapl` (CPU packages), `host`
(memory and processor time). What cannot be read is ``None`` with the reason, and nothing that a probe does is ever
fatal to the run.

Limits: the figures are of this machine, not of a server elsewhere that a model answers from. Peaks between two looks
are missed. Devices that appear after the session began are not seen.
"""
