"""Forms: form-js JSON, the subset that the pages render and the server checks."""
