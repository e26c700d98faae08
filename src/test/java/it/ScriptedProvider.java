package it;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/**
 * A stand-in for a provider that does what a test tells it to, byte by byte: the model's name in a
 * request chooses the script.
 */
public final class ScriptedProvider implements AutoCloseable {
  private static final Pattern MODEL = Pattern.compile("\"model\"\\s*:\\s*\"([^\"]*)\"");

  private final ServerSocket listener;
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final Map<String, Queue<Request>> requests = new ConcurrentHashMap<>();

  /** What to do with a request. */
  @FunctionalInterface
  public interface Script {
    /** Answers. */
    void answer(Request request, Connection connection) throws Exception;
  }

  /**
   * A request as it came in.
   *
   * @param headers by name in lower case
   */
  public record Request(String line, Map<String, String> headers, String body) {}

  private ScriptedProvider(ServerSocket listener) {
    this.listener = listener;
  }

  /** Starts one. */
  public static ScriptedProvider start() {
    try {
      var provider =
          new ScriptedProvider(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().start(provider::accept);
      return provider;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Its base URL, with {@code /v1}. */
  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort() + "/v1";
  }

  /** Sets what requests for a model get. */
  public void script(String model, Script script) {
    scripts.put(model, script);
  }

  /** The requests for a model so far. */
  public List<Request> requests(String model) {
    var all = requests.get(model);
    return all == null ? List.of() : List.copyOf(all);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      var connection = new Connection(socket);
      for (var request = read(in); request != null; request = read(in)) {
        var model = MODEL.matcher(request.body());
        var name = model.find() ? model.group(1) : request.line().split(" ", -1)[1];
        requests.computeIfAbsent(name, absent -> new ConcurrentLinkedQueue<>()).add(request);
        var script = scripts.get(name);
        if (script == null) {
          connection.whole(404, "application/json", "{\"error\":{\"message\":\"no script\"}}");
        } else {
          script.answer(request, connection);
        }
      }
    } catch (Exception gone) {
      // the test looks at what its client got; that Larder has hung up is part of some scripts
      return;
    }
  }

  private static Request read(InputStream in) throws IOException {
    var line = line(in);
    if (line.isEmpty()) {
      return null;
    }
    var headers = new TreeMap<String, String>();
    for (var header = line(in); !header.isEmpty(); header = line(in)) {
      var parts = header.split(":", 2);
      headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(line, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** The way back to Larder. */
  public static final class Connection {
    private final Socket socket;
    private final OutputStream out;

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
    }

    /** A whole answer, with more header lines if given. */
    public void whole(int status, String type, String body, String... headers) throws IOException {
      whole(status, type, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** A whole answer. */
    public void whole(int status, String type, byte[] body, String... headers) throws IOException {
      head(status, type, "Content-Length: " + body.length, headers);
      out.write(body);
      out.flush();
    }

    /** The head of a stream; pieces follow. */
    public void streamHead() throws IOException {
      head(200, "text/event-stream", "Transfer-Encoding: chunked");
      out.flush();
    }

    /** A piece of a stream, sent at once. */
    public void piece(String text) throws IOException {
      piece(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A piece of a stream, sent at once. */
    public void piece(byte[] bytes) throws IOException {
      var chunk = new ByteArrayOutputStream(bytes.length + 16);
      chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(US_ASCII));
      chunk.writeBytes(bytes);
      chunk.writeBytes("\r\n".getBytes(US_ASCII));
      out.write(chunk.toByteArray());
      out.flush();
    }

    /** The proper end of a stream. */
    public void streamEnd() throws IOException {
      out.write("0\r\n\r\n".getBytes(US_ASCII));
      out.flush();
    }

    /** Bytes as they are. */
    public void raw(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    /** Hangs up, with a reset. */
    public void cut() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    private void head(int status, String type, String length, String... headers)
        throws IOException {
      var head =
          new StringBuilder("HTTP/1.1 " + status + " Scripted\r\nContent-Type: " + type + "\r\n");
      head.append(length).append("\r\n");
      for (var header : headers) {
        head.append(header).append("\r\n");
      }
      out.write(head.append("\r\n").toString().getBytes(US_ASCII));
    }
  }
}
