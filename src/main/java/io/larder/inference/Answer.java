package io.larder.inference;

import io.larder.model.Header;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * An answer on its way to the caller.
 *
 * @param headers those of the provider that the caller may see
 */
public record Answer(int status, List<Header> headers, Body body, CacheStatus cache) {
  public Answer {
    headers = List.copyOf(headers);
  }

  /** What the answer consists of. */
  public sealed interface Body {}

  /** All of it, at hand. */
  public static final class Whole implements Body {
    private final byte[] bytes;

    Whole(byte[] bytes) {
      this.bytes = bytes;
    }

    /** The bytes; not to be changed. */
    public byte[] bytes() {
      return bytes;
    }
  }

  /** It comes bit by bit. */
  @FunctionalInterface
  public non-sealed interface Flowing extends Body {
    /**
     * Passes the body on as it comes, flushing what has come; closes the provider's end.
     *
     * @throws IOException if the caller has left
     */
    void writeTo(OutputStream out) throws IOException;
  }
}
