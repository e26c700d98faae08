package io.larder.jcache;

/**
 * Where one entry lies: a field of a hash.
 *
 * @param key of the hash, which is what expires
 * @param field of the entry
 * @param role what the entry is to the hash
 */
record Place(String key, String field, Role role) {
  /** What an entry is to its hash. */
  enum Role {
    /** Makes the hash and says how long it lives; removed, the hash is gone with all its fields. */
    HEAD,
    /** Is there only beside a head. */
    PART
  }

  static Place head(String key) {
    return new Place(key, "head", Role.HEAD);
  }

  static Place part(String key, String name) {
    return new Place(key, "part:" + name, Role.PART);
  }
}
