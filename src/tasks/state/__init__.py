"""doit's plug-ins: the database, locks, signals, workers. Only this part knows the format of doit's records."""
