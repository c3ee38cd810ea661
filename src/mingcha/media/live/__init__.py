"""Fan-out of the running picture: a fragment per picture, made once for all and only while somebody watches."""
