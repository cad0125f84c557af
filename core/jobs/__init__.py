"""Work outside the web server: a queue, a supervisor, a worker."""
