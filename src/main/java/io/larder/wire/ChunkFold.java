package io.larder.wire;

import io.larder.json.Json;
import io.larder.sse.SseFrame;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Puts together the chunks of a stream that ends with {@code [DONE]}. */
final class ChunkFold {
  private final Json chunkObject;
  private final Json wholeObject;
  private final Supplier<Choice> newChoice;
  private final Draft head = new Draft();
  private final SortedMap<Integer, Choice> choices = new TreeMap<>();

  /** One of the choices of an answer. */
  interface Choice {
    /** Adds what a chunk has of it. */
    void add(Json.Obj part);

    /** All of it. */
    Json.Obj whole();
  }

  /**
   * Nothing yet.
   *
   * @param chunkObject {@code object} of every chunk
   * @param wholeObject {@code object} of the whole
   */
  ChunkFold(String chunkObject, String wholeObject, Supplier<Choice> newChoice) {
    this.chunkObject = new Json.Str(chunkObject);
    this.wholeObject = new Json.Str(wholeObject);
    this.newChoice = newChoice;
  }

  /**
   * The answer that a stream amounts to.
   *
   * @throws Lossy if it is incomplete, or holds what cannot be placed
   */
  Json.Obj of(List<SseFrame> frames) {
    var events = Event.all(frames);
    if (events.isEmpty() || !events.getLast().isDone()) {
      throw new Lossy("the stream has no end");
    }
    for (var event : events.subList(0, events.size() - 1)) {
      if (!event.name().isEmpty() && !event.name().equals("message")) {
        throw new Lossy("an event has a name");
      }
      add(event.object());
    }
    return whole();
  }

  private void add(Json.Obj chunk) {
    boolean isPreface = isPreface(chunk);
    if (!isPreface && !chunkObject.equals(chunk.get("object").orElse(Json.Literal.NULL))) {
      throw new Lossy("an event is no chunk");
    }
    head.set("object", wholeObject);
    for (var member : chunk.members()) {
      var value = member.value();
      switch (member.name()) {
        case "object", "obfuscation" -> {
          // one is checked above; the other only pads the chunk to hide its length
        }
        case "choices" -> Forms.array(value).items().forEach(part -> choice(Forms.object(part)));
        case "usage" -> usage(value);
        case "created" -> {
          if (!isPreface) {
            created(value);
          }
        }
        case "id", "model" -> head.repeat(member.name(), value);
        case "error" -> throw new Lossy("an event is an error");
        default -> head.agree(member.name(), value);
      }
    }
  }

  /**
   * Azure's first chunk: it brings what was found of the prompt, and is nameless.
   *
   * @see <a href="https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming">
   *     Azure OpenAI, content streaming</a>
   */
  private static boolean isPreface(Json.Obj chunk) {
    return chunk.items("choices").isEmpty()
        && chunk.text("object").filter(String::isEmpty).isPresent();
  }

  private void choice(Json.Obj part) {
    choices.computeIfAbsent(Forms.index(part), index -> newChoice.get()).add(part);
  }

  /** Servers that report it more than once count up. */
  private void usage(Json value) {
    if (value != Json.Literal.NULL) {
      head.set("usage", Forms.object(value));
    }
  }

  /** When the answer was begun; some servers stamp every chunk with its own time. */
  private void created(Json value) {
    if (head.get("created").isEmpty()) {
      head.agree("created", value);
    }
  }

  private Json.Obj whole() {
    if (choices.isEmpty()) {
      throw new Lossy("the stream has no choices");
    }
    head.set("choices", new Json.Arr(choices.values().stream().<Json>map(Choice::whole).toList()));
    return head.object("id", "object", "created", "model", "choices", "usage");
  }
}
