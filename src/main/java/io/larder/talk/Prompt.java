package io.larder.talk;

import io.larder.conversation.Turn;
import io.larder.conversation.Window;
import io.larder.inference.Inference;
import io.larder.json.Json;
import io.larder.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The request for a stream in which a history is put to a model, in the wire of its provider. */
final class Prompt {
  /** The Anthropic wire wants a bound; who wants another one says so. */
  private static final int TOKENS_MAX = 4096;

  private Prompt() {}

  static byte[] of(Inference.Chat chat, Say say, Window window) {
    boolean anthropic = chat.format().wire().isAnthropic();
    var request = say.further().with("model", new Json.Str(say.model()));
    request = anthropic ? anthropic(request, say, window) : openAi(request, say, window);
    request = request.with("stream", Json.Literal.TRUE);
    if (!anthropic && chat.usage()) {
      var usage = new Json.Member("include_usage", Json.Literal.TRUE);
      request = request.with("stream_options", new Json.Obj(List.of(usage)));
    }
    return JsonWriter.compact(request).getBytes(StandardCharsets.UTF_8);
  }

  private static Json.Obj openAi(Json.Obj request, Say say, Window window) {
    var messages = new ArrayList<Json>();
    var system = system(say, window);
    if (!system.isEmpty()) {
      messages.add(message("system", new Json.Str(system)));
    }
    messages.addAll(dialogue(window, false));
    return request.with("messages", new Json.Arr(messages));
  }

  private static Json.Obj anthropic(Json.Obj request, Say say, Window window) {
    var made = request;
    if (!request.has("max_tokens")) {
      made = made.with("max_tokens", new Json.Num(String.valueOf(TOKENS_MAX)));
    }
    var system = system(say, window);
    if (!system.isEmpty()) {
      made = made.with("system", new Json.Str(system));
    }
    return made.with("messages", new Json.Arr(dialogue(window, true)));
  }

  /** What the request says, and then system turns of the conversation. */
  private static String system(Say say, Window window) {
    var turns =
        window.turns().stream()
            .filter(turn -> turn.said().role() == Turn.Role.SYSTEM)
            .map(turn -> turn.said().content());
    return Stream.concat(Stream.of(say.system()), turns)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("\n\n"));
  }

  private static List<Json> dialogue(Window window, boolean anthropic) {
    return window.turns().stream()
        .map(Turn::said)
        .filter(said -> said.role() != Turn.Role.SYSTEM)
        .map(
            said ->
                message(
                    said.role().name().toLowerCase(Locale.ROOT), Parts.content(said, anthropic)))
        .toList();
  }

  private static Json message(String role, Json content) {
    return new Json.Obj(
        List.of(new Json.Member("role", new Json.Str(role)), new Json.Member("content", content)));
  }
}
