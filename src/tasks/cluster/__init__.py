"""Tool calls on a cluster of Dask's: what runs beside the build (bridge), and on the workers (worker, answerer)."""
