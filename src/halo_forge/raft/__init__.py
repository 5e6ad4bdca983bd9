"""RAFT: keep the samples that a verifier accepted, train on them, repeat (Dong et al. 2023, arXiv:2304.06767).

`loop` runs it, `cycle` is one round of it, `train` is the process that trains.
"""
