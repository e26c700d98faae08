package io.larder.provider;

import io.larder.digest.Sha256;
import io.larder.json.Json;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the demo provider says to a prompt, whatever the wire format.
 *
 * @param model as it was asked for
 */
record DemoText(String model, String prompt) {
  /** One fixed moment, so that equal questions get equal bytes: 2026-01-01. */
  static final long CREATED = 1_767_225_600L;

  private static final int QUOTED_MAX = 200;

  /** Roughly what providers count: a token for every four characters. */
  private static final int CHARACTERS_PER_TOKEN = 4;

  /** The answer to a request whose prompt is known. */
  static DemoText of(Json.Obj request, String prompt) {
    return new DemoText(request.text("model").orElse("demo"), prompt);
  }

  /** The text of the last turn of a user among turns; empty if there is none. */
  static String lastUserText(List<Json> turns) {
    var last = "";
    for (var item : turns) {
      if (item instanceof Json.Obj turn && turn.text("role").orElse("").equals("user")) {
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

  /** All of it. */
  String all() {
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
    return List.of(all().split("(?<=\\s)"));
  }

  /** An identifier that is the same for the same question. */
  String id() {
    var digest = Sha256.of(model + "\n" + prompt);
    return HexFormat.of().formatHex(digest).substring(0, 24);
  }

  int tokensIn() {
    return tokens(prompt);
  }

  int tokensOut() {
    return tokens(all());
  }

  static int tokens(String text) {
    return 1 + text.length() / CHARACTERS_PER_TOKEN;
  }
}
