"""Clock, ids, time ranges, hashing, errors and the settings reader: what every layer may use."""
