package io.larder.inference;

import io.larder.model.Header;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * An answer on its way to the caller.
 *
 * @param headers those of the provider that the caller may see
 * @param provider who has given it
 * @param stream the name under which its stream can be resumed; empty = it is none
 */
public record Answer(
    int status,
    List<Header> headers,
    Body body,
    CacheStatus cache,
    String provider,
    Optional<String> stream) {
  public Answer {
    headers = List.copyOf(headers);
  }

  /** What the answer consists of. */
  public sealed interface Body {}

  /** All of it, at hand. */
  public interface Bytes {
    /** Writes all, at once. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * All of it, at hand.
   *
   * @param length in bytes
   */
  public record Whole(int length, Bytes bytes) implements Body {
    static Whole of(byte[] bytes) {
      return new Whole(bytes.length, out -> out.write(bytes));
    }
  }

  /** It comes bit by bit. */
  public non-sealed interface Flowing extends Body {
    /**
     * Passes the body on as it comes, flushing what has come; closes the provider's end.
     *
     * @throws IOException if the caller has left
     */
    void writeTo(OutputStream out) throws IOException;

    /** Lets go of it in place of writing it. */
    void abandon();
  }
}
