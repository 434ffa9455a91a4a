"""The verbs of the wallet, one module a noun. Money moves through :mod:`moving` and nowhere else."""
