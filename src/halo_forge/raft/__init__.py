"""RAFT: keep the samples that a verifier accepted, train on them, repeat (Dong et al. 2023, arXiv:2304.06767).

So far there is the reward.
"""
