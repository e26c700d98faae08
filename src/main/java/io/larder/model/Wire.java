package io.larder.model;

/** A wire format: what requests, answers, streams and errors look like. */
public enum Wire {
  /** {@code POST /v1/chat/completions} of the OpenAI API. */
  OPENAI_CHAT(1, "openai-chat", "chat", "chat/completions"),
  /** {@code POST /v1/responses} of the OpenAI API. */
  OPENAI_RESPONSES(2, "openai-responses", "responses", "responses"),
  /** {@code POST /v1/embeddings} of the OpenAI API. */
  OPENAI_EMBEDDINGS(3, "openai-embeddings", "embeddings", "embeddings"),
  /**
   * {@code POST /v1/completions} of the OpenAI API, which is of the past there but not elsewhere.
   */
  OPENAI_COMPLETIONS(4, "openai-completions", "completions", "completions"),
  /** {@code POST /v1/messages} of the Anthropic API. */
  ANTHROPIC_MESSAGES(5, "anthropic-messages", "messages", "messages"),
  /** {@code POST /v1/messages/count_tokens} of the Anthropic API. */
  ANTHROPIC_COUNT_TOKENS(6, "anthropic-count-tokens", "count-tokens", "messages/count_tokens");

  private final int number;
  private final String id;
  private final String cacheType;
  private final String path;

  Wire(int number, String id, String cacheType, String path) {
    this.number = number;
    this.id = id;
    this.cacheType = cacheType;
    this.path = path;
  }

  /** 1 to 31, in the names of streams; never changes. */
  public int number() {
    return number;
  }

  /** The name in fingerprints and metrics; never changes. */
  public String id() {
    return id;
  }

  /** The cache type its answers belong to: {@code larder.cache.ttl.<type>}. */
  public String cacheType() {
    return cacheType;
  }

  /** Whether it is of the Anthropic API; else it is of the OpenAI API. */
  public boolean isAnthropic() {
    return this == ANTHROPIC_MESSAGES || this == ANTHROPIC_COUNT_TOKENS;
  }

  /** The path below a provider's base URL. */
  public String path() {
    return path;
  }
}
