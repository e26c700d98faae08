package io.larder.conversation;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A conversation from elsewhere, checked but not stored: as {@link Export} writes it, or as little
 * as {@code {"messages":[{"role":"user","content":"…"}]}}. Turns without a parent stand below the
 * one before them. All of them are complete: how far an answer had come elsewhere, why it broke off
 * and where its stream is are nobody's word here.
 */
public final class Import {
  /** Conversations in one import. */
  public static final int COUNT_MAX = 1_000;

  private static final Instant CREATED_MIN = Instant.EPOCH;
  private static final Instant CREATED_MAX = Instant.parse("9999-12-31T23:59:59Z");

  /** Not what else Unicode takes for the end of a line: JSON has that within strings. */
  private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");

  private final String title;
  private final List<String> tags;
  private final String leaf;
  private final List<ConversationStore.NewTurn> turns;

  private Import(
      String title, List<String> tags, String leaf, List<ConversationStore.NewTurn> turns) {
    this.title = title;
    this.tags = tags;
    this.leaf = leaf;
    this.turns = turns;
  }

  static List<Import> parse(String text, ConversationSettings settings) {
    var whole = object(text);
    if (whole.isPresent()) {
      return List.of(numbered(1, whole.get(), settings));
    }
    var imports = new ArrayList<Import>();
    int number = 0;
    for (var line : LINE_END.split(text, -1)) {
      number++;
      if (!line.isBlank()) {
        if (imports.size() == COUNT_MAX) {
          throw ConversationRefused.wrong(
              "at most " + COUNT_MAX + " conversations; there are more");
        }
        imports.add(numbered(number, line, settings));
      }
    }
    if (imports.isEmpty()) {
      throw ConversationRefused.wrong("there is nothing: one JSON object a line is wanted");
    }
    return imports;
  }

  /** The text as one object that may be written over several lines. */
  private static Optional<Json.Obj> object(String text) {
    try {
      return Optional.of(JsonText.parse(text.getBytes(StandardCharsets.UTF_8)).object());
    } catch (JsonException several) {
      return Optional.empty();
    }
  }

  private static Import numbered(int number, String line, ConversationSettings settings) {
    try {
      return numbered(
          number, JsonText.parse(line.getBytes(StandardCharsets.UTF_8)).object(), settings);
    } catch (JsonException malformed) {
      throw ConversationRefused.wrong("line " + number + " " + malformed.getMessage());
    }
  }

  private static Import numbered(int number, Json.Obj object, ConversationSettings settings) {
    try {
      return read(object, settings);
    } catch (ConversationRefused | IllegalArgumentException | DateTimeException wrong) {
      throw ConversationRefused.wrong("line " + number + ": " + wrong.getMessage());
    }
  }

  private static Import read(Json.Obj object, ConversationSettings settings) {
    if (object.number("format") > Export.FORMAT) {
      throw ConversationRefused.newer(object.number("format"));
    }
    if (!(object.get("messages").orElse(Json.Literal.NULL) instanceof Json.Arr(var messages))) {
      throw new IllegalArgumentException("messages must be an array");
    }
    if (messages.size() > settings.turnsMax()) {
      throw new IllegalArgumentException(
          "messages must be at most " + settings.turnsMax() + ", was " + messages.size());
    }
    var tags = new ArrayList<String>();
    for (var tag : object.items("tags")) {
      tags.add(tag.asText().orElseThrow(() -> new IllegalArgumentException("tags are strings")));
    }
    var turns = turns(messages, settings);
    var leaf = object.text("leaf").orElse(turns.isEmpty() ? "" : turns.getLast().id());
    if (!leaf.isEmpty() && turns.stream().noneMatch(turn -> turn.id().equals(leaf))) {
      throw new IllegalArgumentException("leaf is the id of none of the messages");
    }
    return new Import(
        Labels.title(object.text("title").orElse("")), Labels.tags(tags), leaf, turns);
  }

  private static List<ConversationStore.NewTurn> turns(
      List<Json> messages, ConversationSettings settings) {
    var turns = new ArrayList<ConversationStore.NewTurn>();
    var known = new HashMap<String, Integer>();
    known.put("", 0);
    var before = "";
    long bytes = 0;
    for (int i = 1; i <= messages.size(); i++) {
      try {
        var turn = turn(messages.get(i - 1), i, before);
        long length = turn.said().bytes();
        bytes += length;
        if (length > settings.turnBytesMax() || bytes > settings.bytesMax()) {
          throw new IllegalArgumentException("is too large, or too much with those before");
        }
        if (!known.containsKey(turn.parent())) {
          throw new IllegalArgumentException("parent must be the id of a message before it");
        }
        if (known.put(turn.id(), i) != null) {
          throw new IllegalArgumentException("id is that of another message");
        }
        turns.add(turn);
        before = turn.id();
      } catch (IllegalArgumentException | DateTimeException wrong) {
        throw new IllegalArgumentException("message " + i + ": " + wrong.getMessage(), wrong);
      }
    }
    return turns;
  }

  private static ConversationStore.NewTurn turn(Json message, int number, String before) {
    if (!(message instanceof Json.Obj object)) {
      throw new IllegalArgumentException("must be an object");
    }
    var said = TurnJson.said(object);
    return new ConversationStore.NewTurn(
        object.text("id").orElse("message " + number),
        object.get("parent").isPresent() ? object.text("parent").orElse("") : before,
        object.text("created").map(Import::created),
        said.taken());
  }

  private static Instant created(String text) {
    var time = Instant.parse(text);
    if (time.isBefore(CREATED_MIN) || time.isAfter(CREATED_MAX)) {
      throw new IllegalArgumentException("created must be of the years 1970 to 9999");
    }
    return time;
  }

  /** The same with ids of its own. */
  ConversationStore.NewConversation withIds(Supplier<String> ids) {
    var own = new HashMap<String, String>();
    own.put("", "");
    turns.forEach(turn -> own.put(turn.id(), ids.get()));
    return new ConversationStore.NewConversation(
        ids.get(),
        title,
        tags,
        own.getOrDefault(leaf, ""),
        turns.stream()
            .map(
                turn ->
                    new ConversationStore.NewTurn(
                        own.getOrDefault(turn.id(), ""),
                        own.getOrDefault(turn.parent(), ""),
                        turn.created(),
                        turn.said()))
            .toList());
  }
}
