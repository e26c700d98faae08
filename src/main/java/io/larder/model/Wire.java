package io.larder.model;

/** A wire format: what requests, answers, streams and errors look like. */
public enum Wire {
  /** {@code POST /v1/chat/completions} of the OpenAI API. */
  OPENAI_CHAT("openai-chat", "chat", "chat/completions");

  private final String id;
  private final String cacheType;
  private final String path;

  Wire(String id, String cacheType, String path) {
    this.id = id;
    this.cacheType = cacheType;
    this.path = path;
  }

  /** The name in fingerprints and metrics; never changes. */
  public String id() {
    return id;
  }

  /** The cache type its answers belong to: {@code larder.cache.ttl.<type>}. */
  public String cacheType() {
    return cacheType;
  }

  /** The path below a provider's base URL. */
  public String path() {
    return path;
  }
}
