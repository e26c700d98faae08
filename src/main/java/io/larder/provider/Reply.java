package io.larder.provider;

import io.larder.model.Header;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;

/**
 * A provider's answer: status and header fields have come, the body is still to be read. Reading
 * throws {@link ProviderFailure} when the provider hangs or breaks off.
 */
public final class Reply implements Closeable {
  private final int status;
  private final List<Header> headers;
  private final InputStream body;
  private final long length;
  private final String contentType;
  private final Closeable connection;

  /**
   * A reply.
   *
   * @param length of the body in bytes as told, or negative
   */
  Reply(int status, List<Header> headers, InputStream body, long length, Closeable connection) {
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
