package io.larder.wire;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts streams together the obvious way, on plain maps and lists and with another JSON parser:
 * slow, believing everything, refusing nothing. Where it differs from the fold, the fold is wrong.
 */
final class Obvious {
  private static final JsonReaderFactory READERS = Json.createReaderFactory(Map.of());

  private Obvious() {}

  /** JSON text as maps, lists, strings and numbers. */
  static @Nullable Object plain(String json) {
    try (var reader = READERS.createReader(new StringReader(json))) {
      return plain(reader.readValue());
    }
  }

  static Map<String, @Nullable Object> object(String json) {
    return map(plain(json));
  }

  private static @Nullable Object plain(JsonValue value) {
    return switch (value.getValueType()) {
      case OBJECT -> {
        var map = new LinkedHashMap<String, @Nullable Object>();
        ((JsonObject) value).forEach((name, member) -> map.put(name, plain(member)));
        yield map;
      }
      case ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        ((JsonArray) value).forEach(item -> list.add(plain(item)));
        yield list;
      }
      case STRING -> ((JsonString) value).getString();
      case NUMBER -> ((JsonNumber) value).bigDecimalValue();
      case TRUE -> true;
      case FALSE -> false;
      case NULL -> null;
    };
  }

  /** The data of the events of a stream, cut by hand. */
  static List<String> data(String stream) {
    var all = new ArrayList<String>();
    for (var block : stream.split("\n\n", -1)) {
      var data = new ArrayList<String>();
      for (var line : block.split("\n", -1)) {
        if (line.startsWith("data: ")) {
          data.add(line.substring(6));
        }
      }
      if (!data.isEmpty()) {
        all.add(String.join("\n", data));
      }
    }
    return all;
  }

  /** Chat and text completions. */
  static Map<String, @Nullable Object> chunks(String stream) {
    var whole = new LinkedHashMap<String, @Nullable Object>();
    var choices = new TreeMap<String, Map<String, @Nullable Object>>();
    for (var data : data(stream)) {
      if (data.equals("[DONE]")) {
        continue;
      }
      var chunk = object(data);
      for (var member : chunk.entrySet()) {
        if (member.getKey().equals("choices")) {
          for (var part : list(member.getValue())) {
            var choice =
                choices.computeIfAbsent(map(part).get("index") + "", any -> new LinkedHashMap<>());
            choice(choice, map(part));
          }
        } else if (!member.getKey().equals("obfuscation")
            && !(member.getKey().equals("usage") && member.getValue() == null)) {
          put(whole, member.getKey(), member.getValue());
        }
      }
    }
    boolean isChat = "chat.completion.chunk".equals(whole.get("object"));
    if (isChat) {
      whole.put("object", "chat.completion");
      choices.values().forEach(choice -> finishMessage(map(choice.get("message"))));
    }
    whole.put("choices", new ArrayList<>(choices.values()));
    return whole;
  }

  private static void choice(
      Map<String, @Nullable Object> choice, Map<String, @Nullable Object> part) {
    part.forEach(
        (name, value) -> {
          switch (name) {
            case "delta" -> {
              var message = map(choice.computeIfAbsent("message", any -> new LinkedHashMap<>()));
              map(value).forEach((member, delta) -> delta(message, member, delta));
            }
            case "logprobs" -> {
              choice.putIfAbsent(name, null);
              if (value != null) {
                var known =
                    choice.get(name) == null
                        ? new LinkedHashMap<String, @Nullable Object>()
                        : map(choice.get(name));
                map(value).forEach((array, items) -> delta(known, array, items));
                choice.put(name, known);
              }
            }
            case "text" -> delta(choice, name, value);
            default -> put(choice, name, value);
          }
        });
  }

  private static void delta(
      Map<String, @Nullable Object> whole, String name, @Nullable Object delta) {
    var known = whole.get(name);
    if (name.equals("tool_calls") && delta != null) {
      var calls = list(whole.computeIfAbsent(name, any -> new ArrayList<>()));
      for (var part : list(delta)) {
        var call = map(part);
        var same =
            calls.stream()
                .filter(one -> Objects.equals(map(one).get("index"), call.get("index")))
                .findFirst();
        if (same.isEmpty()) {
          calls.add(call);
        } else {
          nested(map(same.get()), call);
        }
      }
    } else if (name.equals("function_call") && known != null && delta != null) {
      nested(map(known), map(delta));
    } else if (known instanceof String text
        && delta instanceof String more
        && !name.equals("role")) {
      whole.put(name, text + more);
    } else if (known instanceof List && delta instanceof List) {
      list(known).addAll(list(delta));
    } else {
      put(whole, name, delta);
    }
  }

  /** Parts of a call: only what comes in fragments grows. */
  private static void nested(
      Map<String, @Nullable Object> known, Map<String, @Nullable Object> part) {
    part.forEach(
        (name, value) -> {
          if (known.get(name) instanceof Map && value instanceof Map) {
            nested(map(known.get(name)), map(value));
          } else if (name.equals("arguments") || name.equals("input")) {
            known.put(name, (known.get(name) == null ? "" : known.get(name)) + "" + value);
          } else if (!"".equals(value)) {
            put(known, name, value);
          }
        });
  }

  private static void finishMessage(Map<String, @Nullable Object> message) {
    message.putIfAbsent("content", null);
    if (message.get("tool_calls") != null) {
      var calls = list(message.get("tool_calls"));
      calls.sort(Comparator.comparingInt(call -> place(map(call).get("index"))));
      calls.forEach(call -> map(call).remove("index"));
    }
  }

  /** Messages. */
  static Map<String, @Nullable Object> message(String stream) {
    var message = new LinkedHashMap<String, @Nullable Object>();
    var inputs = new TreeMap<String, String>();
    for (var data : data(stream)) {
      var event = object(data);
      var index = event.get("index") + "";
      var content =
          message.isEmpty() ? new ArrayList<@Nullable Object>() : list(message.get("content"));
      switch ((String) Objects.requireNonNull(event.get("type"))) {
        case "message_start" -> message.putAll(map(event.get("message")));
        case "content_block_start" -> content.add(event.get("content_block"));
        case "content_block_delta" -> {
          var block = map(content.get(Integer.parseInt(index)));
          var delta = map(event.get("delta"));
          if ("input_json_delta".equals(delta.get("type"))) {
            inputs.merge(index, (String) delta.get("partial_json"), String::concat);
          } else {
            delta.remove("type");
            delta.forEach((name, value) -> grow(block, name, value));
          }
        }
        case "message_delta" -> {
          map(event.get("delta")).forEach((name, value) -> put(message, name, value));
          var usage =
              event.get("usage") == null
                  ? Map.<String, @Nullable Object>of()
                  : map(event.get("usage"));
          usage.forEach((name, value) -> put(map(message.get("usage")), name, value));
        }
        default -> {
          // pings and ends
        }
      }
    }
    inputs.forEach(
        (index, json) -> {
          if (!json.isEmpty()) {
            map(list(message.get("content")).get(Integer.parseInt(index)))
                .put("input", plain(json));
          }
        });
    return message;
  }

  private static void grow(
      Map<String, @Nullable Object> block, String name, @Nullable Object value) {
    if (name.equals("citation")) {
      if (block.get("citations") == null) {
        block.put("citations", new ArrayList<>());
      }
      list(block.get("citations")).add(value);
    } else {
      block.put(name, block.get(name) + "" + value);
    }
  }

  /** The items of a response from its deltas alone; what is reported done is not looked at. */
  static List<@Nullable Object> items(String stream) {
    var items = new ArrayList<@Nullable Object>();
    for (var data : data(stream)) {
      var event = object(data);
      var type = (String) Objects.requireNonNull(event.get("type"));
      if (type.equals("response.output_item.added")) {
        items.add(event.get("item"));
        continue;
      }
      if (event.get("output_index") == null || type.endsWith(".done")) {
        continue;
      }
      var item = map(items.get(place(event.get("output_index"))));
      var list = event.containsKey("summary_index") ? "summary" : "content";
      int place = place(event.get(list.equals("summary") ? "summary_index" : "content_index"));
      switch (type) {
        case "response.content_part.added", "response.reasoning_summary_part.added" ->
            list(item.get(list)).add(event.get("part"));
        case "response.function_call_arguments.delta" ->
            grow(item, "arguments", event.get("delta"));
        case "response.custom_tool_call_input.delta" -> grow(item, "input", event.get("delta"));
        case "response.output_text.annotation.added" ->
            list(map(list(item.get(list)).get(place)).get("annotations"))
                .add(event.get("annotation"));
        default -> {
          var part = map(list(item.get(list)).get(place));
          grow(
              part, type.equals("response.refusal.delta") ? "refusal" : "text", event.get("delta"));
          if (event.get("logprobs") != null && part.get("logprobs") != null) {
            list(part.get("logprobs")).addAll(list(event.get("logprobs")));
          }
        }
      }
    }
    items.forEach(
        item -> {
          if (map(item).containsKey("status")) {
            map(item).put("status", "completed");
          }
        });
    return items;
  }

  private static int place(@Nullable Object index) {
    return index instanceof BigDecimal number ? number.intValue() : -1;
  }

  private static void put(
      Map<String, @Nullable Object> whole, String name, @Nullable Object value) {
    if (value != null || !whole.containsKey(name)) {
      whole.put(name, value);
    }
  }

  @SuppressWarnings("unchecked")
  static Map<String, @Nullable Object> map(@Nullable Object value) {
    return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
  }

  @SuppressWarnings("unchecked")
  static List<@Nullable Object> list(@Nullable Object value) {
    return (List<@Nullable Object>) Objects.requireNonNull(value);
  }
}
