"""What is in a chunks folder: files to plain data, each mistake named with its place. Knows no formula."""
