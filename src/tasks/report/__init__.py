"""What a build has shown, for the page of a CI run, a pull request or an issue: facts as JSON, and Markdown of them."""
