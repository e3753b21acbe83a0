"""The commands of `pelekan`, one module each: `arguments(parser)` says what it takes, `run(args)` does it.

Nothing here imports Django while it is loaded, so that `mail parse` and `--help` start at once and need no instance.
"""
