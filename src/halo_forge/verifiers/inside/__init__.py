"""Programs that run inside the sandbox, beside the sample. They import nothing of halo-forge but each other.

They travel as one zip file (`halo_forge.verifiers.shipped`) and begin in `entry`.
"""
