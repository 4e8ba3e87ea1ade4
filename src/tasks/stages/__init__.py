"""One module a stage: files in, files and a stamp out. Knows no doit; a failure is an exception of errors."""
