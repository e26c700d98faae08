package io.larder.telemetry;

/** What the servers of a store of Valkey say of themselves. */
public enum ServerFigure {
  /** Memory in use, in bytes. */
  MEMORY("larder_valkey_memory_bytes", "Memory that the servers of a store use"),
  /** Memory that they may use, in bytes; 0 = no bound. */
  MEMORY_MAX("larder_valkey_memory_max_bytes", "Memory that they may use; 0 = no bound"),
  /** Keys that had to go for others, since each server started. */
  EVICTED("larder_valkey_evicted_keys", "Keys evicted since the servers started"),
  /** Keys that are there. */
  KEYS("larder_valkey_keys", "Keys in the store's database"),
  /** Replicas that follow. */
  REPLICAS("larder_valkey_replicas", "Replicas that follow the primaries"),
  /** How long ago the slowest of them was heard of, in seconds. */
  REPLICA_LAG(
      "larder_valkey_replica_lag_seconds", "Time since the slowest replica was last heard of");

  private final String metric;
  private final String description;

  ServerFigure(String metric, String description) {
    this.metric = metric;
    this.description = description;
  }

  String metric() {
    return metric;
  }

  String description() {
    return description;
  }
}
