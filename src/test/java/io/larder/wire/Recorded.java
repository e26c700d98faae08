package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonText;
import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import io.larder.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Answers as vendors gave them, and the cutting of streams. */
final class Recorded {
  static final List<String> ANSWERS =
      List.of(
          "chat.json",
          "chat-tools.json",
          "chat-no-logprobs.json",
          "responses.json",
          "messages.json",
          "messages-tools.json",
          "messages-thinking.json");

  static final List<String> STREAMS =
      List.of("chat-stream.txt", "responses-stream.txt", "messages-stream.txt");

  private Recorded() {}

  static byte[] bytes(String file) {
    try (var in = Recorded.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("no fixture " + file);
      }
      return in.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static WireFormat format(String file) {
    if (file.startsWith("messages")) {
      return WireFormat.of(Wire.ANTHROPIC_MESSAGES);
    }
    return WireFormat.of(file.startsWith("chat") ? Wire.OPENAI_CHAT : Wire.OPENAI_RESPONSES);
  }

  static List<SseFrame> frames(String stream) {
    return frames(new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8)));
  }

  static List<SseFrame> frames(InputStream stream) {
    var reader = new SseReader(stream, 1 << 24);
    var all = new ArrayList<SseFrame>();
    try {
      var next = reader.next();
      while (!next.isEmpty()) {
        all.addAll(next);
        next = reader.next();
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return all;
  }

  static String text(List<SseFrame> frames) {
    var text = new StringBuilder();
    frames.forEach(frame -> text.append(new String(frame.bytes(), StandardCharsets.UTF_8)));
    return text.toString();
  }

  /** One text for all spellings of an answer. */
  static String canonical(byte[] answer) {
    return Forms.canonical(object(answer));
  }

  static Json.Obj object(byte[] answer) {
    return JsonText.parse(answer).object();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
