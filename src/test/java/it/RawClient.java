package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client that takes an answer byte by byte, with little room for more on its side, and leaves
 * without a word.
 */
final class RawClient implements AutoCloseable {
  private static final int BUFFER_BYTES = 4 * 1024;
  private static final int READ_MILLIS_MAX = 20_000;

  private final Socket socket = new Socket();

  /** Asks for something. */
  static RawClient get(LarderProcess node, String path) {
    return new RawClient(node, "GET", path, "");
  }

  /** Sends a request. */
  RawClient(LarderProcess node, String path, String body) {
    this(node, "POST", path, body);
  }

  private RawClient(LarderProcess node, String method, String path, String body) {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    var head =
        (method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ")
            + LarderProcess.KEY
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + (bytes.length + "\r\n\r\n");
    try {
      socket.setReceiveBufferSize(BUFFER_BYTES);
      socket.setSoTimeout(READ_MILLIS_MAX);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Reads one byte of the answer, head included. */
  int readOne() throws IOException {
    return socket.getInputStream().read();
  }

  /** Reads until that has come. */
  RawClient await(String text) throws IOException {
    var come = new StringBuilder();
    while (come.indexOf(text) < 0) {
      int next = readOne();
      assertThat(next).as("the end, after %s", come).isNotNegative();
      come.append((char) next);
    }
    return this;
  }

  /** Leaves, with a reset. */
  @Override
  public void close() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
