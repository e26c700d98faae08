package io.larder.provider;

import io.larder.model.Header;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A provider's answer: status and header fields have come, the body is still to be read. Reading
 * throws {@link ProviderFailure} when the provider hangs or breaks off.
 */
public final class Reply implements Closeable {
  /**
   * What providers and what stands before them say when they cannot answer now, whatever the
   * question: bad gateway, unavailable, gateway timeout, and Anthropic's overloaded.
   *
   * @see <a href="https://docs.anthropic.com/en/api/errors">Anthropic, errors</a>
   */
  private static final Set<Integer> PROVIDERS_FAILURES = Set.of(502, 503, 504, 529);

  private static final Logger LOG = System.getLogger(Reply.class.getName());

  private final int status;
  private final List<Header> headers;
  private final InputStream body;
  private final long length;
  private final String contentType;
  private final Connection connection;

  /** What the body comes over. */
  @FunctionalInterface
  interface Connection extends Closeable {
    /** Allows the rest of the body that much time in all. */
    default void hurry(Duration time) {}
  }

  /**
   * A reply.
   *
   * @param length of the body in bytes as told, or negative
   */
  Reply(int status, List<Header> headers, InputStream body, long length, Connection connection) {
    this.status = status;
    this.headers = List.copyOf(headers);
    this.body = body;
    this.length = length;
    this.contentType = contentType(headers);
    this.connection = connection;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Whether the provider cannot answer anybody now; other errors are answers to the question. */
  public boolean isProvidersFailure() {
    return PROVIDERS_FAILURES.contains(status);
  }

  /** The end-to-end header fields, without those of the connection and without cookies. */
  public List<Header> headers() {
    return headers;
  }

  /** The body, decoded; to be read once. */
  public InputStream body() {
    return body;
  }

  /** Whether the media type of the body is that one, whatever its parameters. */
  public boolean isOf(String mediaType) {
    return contentType().toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals(mediaType);
  }

  /** The value of Content-Type; empty without one. */
  public String contentType() {
    return contentType;
  }

  /**
   * Reads the body up to a bound, into a buffer of just its size where that was told.
   *
   * @return at most {@code bytesMax} + 1 bytes; that many mean that the body is larger
   */
  public byte[] read(int bytesMax) throws IOException {
    if (length < 0 || length > bytesMax) {
      return body.readNBytes(bytesMax + 1);
    }
    var bytes = body.readNBytes((int) length);
    // the end has to be seen for the connection to serve again
    if (body.read() >= 0) {
      throw new IllegalStateException("a body longer than its Content-Length");
    }
    return bytes;
  }

  /**
   * This reply with its body read into memory, so that its connection is free.
   *
   * @return nothing if the body is larger, or does not come in that time; closed in any case
   */
  Optional<Reply> kept(int bytesMax, Duration timeMax) {
    connection.hurry(timeMax);
    try (this) {
      var bytes = read(bytesMax);
      var whole = new ByteArrayInputStream(bytes);
      return bytes.length > bytesMax
          ? Optional.empty()
          : Optional.of(new Reply(status, headers, whole, bytes.length, whole::close));
    } catch (IOException broken) {
      LOG.log(Level.DEBUG, "the body of a status {0} was lost: {1}", status, broken.getMessage());
      return Optional.empty();
    }
  }

  /** This reply, which says when it has ended: closed, read to its end, or broken off. */
  Reply ending(Runnable ended) {
    var tellingBody = new EndingBody(body, ended);
    var tellingConnection =
        new Connection() {
          @Override
          public void hurry(Duration time) {
            connection.hurry(time);
          }

          @Override
          public void close() throws IOException {
            try {
              connection.close();
            } finally {
              ended.run();
            }
          }
        };
    return new Reply(status, headers, tellingBody, length, tellingConnection);
  }

  /** Ends the exchange. A body not read to its end costs the connection. */
  @Override
  public void close() throws IOException {
    connection.close();
  }

  private static String contentType(List<Header> headers) {
    for (var header : headers) {
      if (header.name().equalsIgnoreCase("content-type")) {
        return header.value();
      }
    }
    return "";
  }
}
