package io.larder.provider;

import io.larder.json.Json;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Header;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The built-in provider for a first look: answers from the prompt alone, always the same to the
 * same, in the rhythm of a real one, and says that it is a demonstration.
 */
final class DemoProvider implements Provider {
  /** One fixed moment, so that equal questions get equal bytes: 2026-01-01. */
  private static final long CREATED = 1_767_225_600L;

  private static final int QUOTED_MAX = 200;

  /** Roughly what providers count: a token for every four characters. */
  private static final int CHARACTERS_PER_TOKEN = 4;

  private final String name;
  private final Duration perWord;

  /**
   * A demo provider.
   *
   * @param perWord time between two words of a stream
   */
  DemoProvider(String name, Duration perWord) {
    this.name = name;
    this.perWord = perWord;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean streamsUsage() {
    return true;
  }

  @Override
  public List<Model> models() {
    var model =
        "{\"id\":\"demo\",\"object\":\"model\",\"created\":"
            + CREATED
            + ",\"owned_by\":\"larder\"}";
    return List.of(new Model("demo", model));
  }

  @Override
  public Reply ask(Question question) {
    var request = JsonText.parse(question.body()).object();
    var answer = new DemoAnswer(request);
    boolean stream = request.get("stream").orElse(Json.Literal.FALSE) == Json.Literal.TRUE;
    var pieces = stream ? answer.chunks() : List.of(answer.json());
    var type = stream ? "text/event-stream; charset=utf-8" : "application/json";
    var wait = stream ? perWord : perWord.multipliedBy(answer.words().size());
    var body = new PacedBody(pieces, wait);
    return new Reply(200, List.of(new Header("Content-Type", type)), body, -1, body);
  }

  /** One answer in both its forms. */
  private static final class DemoAnswer {
    private final Json.Obj request;
    private final String model;
    private final String prompt;
    private final String text;

    DemoAnswer(Json.Obj request) {
      this.request = request;
      this.model = request.text("model").orElse("demo");
      this.prompt = lastUserText(request);
      this.text = text(prompt);
    }

    private static String lastUserText(Json.Obj request) {
      var last = "";
      for (var message : request.items("messages")) {
        if (message instanceof Json.Obj turn && turn.text("role").orElse("").equals("user")) {
          last = turn.text("content").orElseGet(() -> textParts(turn));
        }
      }
      return last;
    }

    private static String textParts(Json.Obj turn) {
      return turn.items("content").stream()
          .map(part -> part instanceof Json.Obj object ? object.text("text").orElse("") : "")
          .collect(Collectors.joining(" "));
    }

    private static String text(String prompt) {
      var quoted = prompt.strip();
      if (quoted.codePointCount(0, quoted.length()) > QUOTED_MAX) {
        quoted = quoted.substring(0, quoted.offsetByCodePoints(0, QUOTED_MAX)) + "…";
      }
      long words = prompt.strip().isEmpty() ? 0 : prompt.strip().split("\\s+").length;
      return String.format(
          Locale.ROOT,
          "This is a demonstration: no model was asked, Larder wrote this itself. "
              + "Your message has %d %s: “%s”\n\n"
              + "Ask the same again and the answer comes from the cache, at once and for free. "
              + "To talk to a real model, set larder.provider.openai.key in server.xml, "
              + "or OPENAI_API_KEY, and restart.",
          words,
          words == 1 ? "word" : "words",
          quoted);
    }

    /** The words, each with the space after it. */
    List<String> words() {
      return List.of(text.split("(?<=\\s)"));
    }

    String json() {
      return "{"
          + head("chat.completion")
          + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
          + JsonWriter.quote(text)
          + "},\"finish_reason\":\"stop\"}],"
          + usage()
          + "}";
    }

    List<String> chunks() {
      boolean withUsage =
          request
              .object("stream_options")
              .flatMap(options -> options.get("include_usage"))
              .filter(Json.Literal.TRUE::equals)
              .isPresent();
      var rest = withUsage ? ",\"usage\":null" : "";
      var chunks = new ArrayList<String>();
      chunks.add(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null", rest));
      for (var word : words()) {
        chunks.add(chunk("{\"content\":" + JsonWriter.quote(word) + "}", "null", rest));
      }
      chunks.add(chunk("{}", "\"stop\"", rest));
      if (withUsage) {
        chunks.add(
            "data: {" + head("chat.completion.chunk") + ",\"choices\":[]," + usage() + "}\n\n");
      }
      chunks.add("data: [DONE]\n\n");
      return chunks;
    }

    private String chunk(String delta, String finishReason, String rest) {
      return "data: {"
          + head("chat.completion.chunk")
          + ",\"choices\":[{\"index\":0,\"delta\":"
          + delta
          + ",\"finish_reason\":"
          + finishReason
          + "}]"
          + rest
          + "}\n\n";
    }

    private String head(String object) {
      var id = HexFormat.of().formatHex(sha256(model + "\n" + prompt)).substring(0, 24);
      return "\"id\":\"chatcmpl-demo-"
          + id
          + "\",\"object\":\""
          + object
          + "\",\"created\":"
          + CREATED
          + ",\"model\":"
          + JsonWriter.quote(model);
    }

    private String usage() {
      int in = 1 + prompt.length() / CHARACTERS_PER_TOKEN;
      int out = 1 + text.length() / CHARACTERS_PER_TOKEN;
      return String.format(
          Locale.ROOT,
          "\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}",
          in,
          out,
          in + out);
    }

    private static byte[] sha256(String text) {
      try {
        return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException("every JDK has SHA-256", impossible);
      }
    }
  }

  /** Pieces of a body, each some time after the one before. */
  private static final class PacedBody extends InputStream {
    private final List<String> pieces;
    private final Duration wait;
    private int next;
    private byte[] piece = new byte[0];
    private int position;

    PacedBody(List<String> pieces, Duration wait) {
      this.pieces = pieces;
      this.wait = wait;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (position == piece.length) {
        if (next == pieces.size()) {
          return -1;
        }
        pause();
        piece = pieces.get(next++).getBytes(StandardCharsets.UTF_8);
        position = 0;
      }
      int count = Math.min(length, piece.length - position);
      System.arraycopy(piece, position, into, offset, count);
      position += count;
      return count;
    }

    private void pause() throws InterruptedIOException {
      try {
        Thread.sleep(wait);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("stopped while the demo provider was answering");
      }
    }
  }
}
