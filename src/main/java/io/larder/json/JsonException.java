package io.larder.json;

/** The text is not JSON that Larder accepts; the message says what is wrong and where. */
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JsonException(String message) {
    super(message);
  }
}
