"""The process that trains: its face is `halo_forge.raft.trainer`."""
