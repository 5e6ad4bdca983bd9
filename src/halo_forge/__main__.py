"""``python -m halo_forge``."""

from halo_forge.cli.main import main

if __name__ == "__main__":
    main()
