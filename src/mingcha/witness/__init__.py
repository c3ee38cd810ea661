"""A witness over HTTPS: another node, or the supervising organ's, that cosigns the checkpoints of logs it knows."""
