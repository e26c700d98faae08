package io.larder.provider;

import io.larder.model.Header;
import io.larder.model.Wire;
import java.util.List;

/** What a provider is asked: a wire, the client's header fields and the body to send. */
public final class Question {
  /**
   * The version of Anthropic's API for clients that name none.
   *
   * @see <a href="https://docs.anthropic.com/en/api/versioning">Anthropic, versions</a>
   */
  public static final String ANTHROPIC_VERSION = "2023-06-01";

  private final Wire wire;
  private final List<Header> headers;
  private final byte[] body;

  /**
   * A question.
   *
   * @param headers the client's, unfiltered; a provider sends on those that concern it
   * @param body kept, not copied
   */
  public Question(Wire wire, List<Header> headers, byte[] body) {
    this.wire = wire;
    this.headers = List.copyOf(headers);
    this.body = body;
  }

  /** Which of the provider's endpoints. */
  public Wire wire() {
    return wire;
  }

  /** The client's header fields. */
  public List<Header> headers() {
    return headers;
  }

  /** The body; not to be changed. */
  public byte[] body() {
    return body;
  }
}
