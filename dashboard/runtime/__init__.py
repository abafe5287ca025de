"""What serves the pages: state, queues, workers, caches."""
