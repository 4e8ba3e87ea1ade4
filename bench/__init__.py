"""Benchmarks. `./dev python -m bench` compares Duality with other build systems on the same graph of tasks; the other
modules with a `main` measure one thing each (`./dev python -m bench.startup`). docs/performance.md holds the results.
"""
