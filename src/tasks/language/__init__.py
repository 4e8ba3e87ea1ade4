"""The constraint language: text to typed expression to value. Knows no file, no task and no tool."""
