"""The command line, by subject: each module adds its commands to `main` (base.py); `engine/cli.py` gathers them."""
