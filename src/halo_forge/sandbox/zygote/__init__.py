"""A process that has done its start-up once and is forked for every command.

`host`, `job` and `pool` are our half, `archive` sends the rest inside, which imports the standard library and itself
alone: `forking` (the process), `walls` (around a fork), `server` (a fork that outlives commands), `executing` (a fork
that starts any program), `reaping` (how one ended), `mappings` and `packing` (what makes forks quick), `messages` (what
both halves know).
"""
