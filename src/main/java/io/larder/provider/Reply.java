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
  private final Closeable connection;

  Reply(int status, List<Header> headers, InputStream body, Closeable connection) {
    this.status = status;
    this.headers = List.copyOf(headers);
    this.body = body;
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
    return headers.stream()
        .filter(header -> header.name().equalsIgnoreCase("content-type"))
        .map(Header::value)
        .findFirst()
        .orElse("");
  }

  /** Ends the exchange. A body not read to its end costs the connection. */
  @Override
  public void close() throws IOException {
    connection.close();
  }
}
