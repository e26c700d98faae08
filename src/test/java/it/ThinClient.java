package it;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client of one connection, as thin as can be, for what measures the other side. */
final class ThinClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private Runnable onFirst = () -> {};

  /**
   * A whole answer.
   *
   * @param cache its {@code X-Cache}; empty = it has none
   * @param firstNanos time from the request to the first bytes of the body
   */
  record Answer(int status, String cache, String text, long firstNanos) {}

  ThinClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), 4096);
  }

  /** What to do when the first part of an answer has come. */
  void onFirst(Runnable action) {
    onFirst = action;
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @param fields header fields, each with its line end
   */
  Answer send(String method, String path, String fields, String body) throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    var head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + fields
            + "Content-Type: application/json\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n";
    var request = new ByteArrayOutputStream(head.length() + bytes.length);
    request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(bytes);
    long begin = System.nanoTime();
    socket.getOutputStream().write(request.toByteArray());
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    int length = -1;
    var cache = "";
    for (var field = line(); !field.isEmpty(); field = line()) {
      var name = field.substring(0, field.indexOf(':')).toLowerCase(Locale.ROOT);
      if (name.equals("content-length")) {
        length = Integer.parseInt(field.substring(15).strip());
      } else if (name.equals("x-cache")) {
        cache = field.substring(8).strip();
      }
    }
    if (length >= 0) {
      var whole = in.readNBytes(length);
      return new Answer(
          status, cache, new String(whole, StandardCharsets.UTF_8), System.nanoTime() - begin);
    }
    return chunked(status, cache, begin);
  }

  private Answer chunked(int status, String cache, long begin) throws IOException {
    var all = new ByteArrayOutputStream();
    long first = 0;
    for (int length = chunk(); length > 0; length = chunk()) {
      all.writeBytes(in.readNBytes(length));
      line();
      if (all.size() == length) {
        first = System.nanoTime() - begin;
        onFirst.run();
      }
    }
    line();
    return new Answer(status, cache, all.toString(StandardCharsets.UTF_8), first);
  }

  private int chunk() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the answer broke off");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
