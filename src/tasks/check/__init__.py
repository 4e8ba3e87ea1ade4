"""Texts to verdicts, by real tools. A check knows no chunk, no task and no stamp, so it can run anywhere."""
