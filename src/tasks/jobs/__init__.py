"""Tasks about the whole corpus or the repository, beside the stages of each chunk."""
