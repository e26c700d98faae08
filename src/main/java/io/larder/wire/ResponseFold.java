package io.larder.wire;

import io.larder.json.Json;
import io.larder.sse.SseFrame;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Takes the response out of the last event of its stream, byte for byte, once the events before it
 * bear it out: its items must be those that were reported done, in their places.
 */
final class ResponseFold {
  private static final Set<String> LAST = Set.of("response.completed", "response.incomplete");

  private ResponseFold() {}

  /**
   * The response.
   *
   * @throws Lossy if the stream is incomplete, or contradicts its last event
   */
  static byte[] of(List<SseFrame> frames) {
    var events = Event.all(frames);
    if (!events.isEmpty() && events.getLast().isDone()) {
      // not of this format, but some servers end every stream with it
      events.removeLast();
    }
    if (events.isEmpty() || !LAST.contains(events.getLast().type())) {
      throw new Lossy("the stream has no last event");
    }
    var last = events.removeLast();
    var response = Forms.object(last.object().get("response").orElse(Json.Literal.NULL));
    if (!done(events, id(response)).equals(canonical(response.items("output")))) {
      throw new Lossy("the last event and those before differ");
    }
    return last.json().flatMap(text -> text.raw("response")).orElseThrow();
  }

  private static List<String> done(List<Event> events, Json id) {
    SortedMap<Integer, Json> items = new TreeMap<>();
    for (var event : events) {
      var object = event.object();
      switch (event.type()) {
        case "response.created", "response.in_progress", "response.queued" -> {
          if (!id(Forms.object(object.get("response").orElse(Json.Literal.NULL))).equals(id)) {
            throw new Lossy("events of two responses");
          }
        }
        case "response.output_item.done" -> {
          int place = Forms.index(object, "output_index");
          if (items.put(place, object.get("item").orElse(Json.Literal.NULL)) != null) {
            throw new Lossy("an item is done twice");
          }
        }
        case "error", "response.failed", "response.completed", "response.incomplete" ->
            throw new Lossy("an event that ends the stream is not the last");
        default -> {
          // deltas, which the items that are done contain
        }
      }
    }
    if (!items.isEmpty() && items.lastKey() != items.size() - 1) {
      throw new Lossy("an item is missing");
    }
    return canonical(List.copyOf(items.values()));
  }

  private static Json id(Json.Obj response) {
    return response.get("id").orElse(Json.Literal.NULL);
  }

  private static List<String> canonical(List<Json> items) {
    return items.stream().map(item -> Forms.canonical(Forms.object(item))).toList();
  }
}
