package io.larder.wire;

import io.larder.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object that is put together from parts. A {@code null} is the absence of a value, and
 * gives way to one. Every method throws {@link Lossy} rather than lose a part.
 */
final class Draft {
  private static final Json EMPTY = new Json.Str("");
  private static final Json NO_ITEMS = new Json.Arr(List.of());

  private final Map<String, Json> members = new LinkedHashMap<>();
  // members that grow; what stands for them above only keeps their place
  private final Map<String, StringBuilder> texts = new HashMap<>();
  private final Map<String, List<Json>> lists = new HashMap<>();

  /** Adds what all parts that have it must have alike. */
  void agree(String name, Json value) {
    if (value == Json.Literal.NULL) {
      members.putIfAbsent(name, value);
      return;
    }
    var known = fixed(name);
    if (known == Json.Literal.NULL) {
      members.put(name, value);
    } else if (!known.equals(value)) {
      throw new Lossy("parts contradict each other");
    }
  }

  /** Adds what may be repeated, or left empty in all parts but one: an id, a name. */
  void repeat(String name, Json value) {
    boolean isEmpty = value.equals(EMPTY) || value == Json.Literal.NULL;
    if (isEmpty && get(name).isPresent()) {
      return;
    }
    if (!isEmpty && EMPTY.equals(members.get(name))) {
      members.put(name, value);
    } else {
      agree(name, value);
    }
  }

  /** Adds a piece of a text. */
  void append(String name, String piece) {
    var text = texts.get(name);
    if (text == null) {
      requireNone(name);
      text = new StringBuilder();
      texts.put(name, text);
    }
    text.append(piece);
  }

  /** Adds items to an array. */
  void extend(String name, Json.Arr items) {
    var list = lists.get(name);
    if (list == null) {
      requireNone(name);
      list = new ArrayList<>();
      lists.put(name, list);
    }
    list.addAll(items.items());
  }

  /**
   * Adds what nothing is known of: pieces of text are joined, as every client does that joins
   * anything; arrays may come only once, for nobody can tell whether a second one follows the first
   * or takes its place; all else must agree.
   */
  void merge(String name, Json value) {
    switch (value) {
      case Json.Str piece -> append(name, piece.text());
      case Json.Arr items -> once(name, items);
      default -> agree(name, value);
    }
  }

  private void once(String name, Json.Arr items) {
    var known = fixed(name);
    if (known == Json.Literal.NULL || known.equals(NO_ITEMS)) {
      members.put(name, items);
    } else if (!items.equals(NO_ITEMS) || !(known instanceof Json.Arr)) {
      throw new Lossy("an array comes twice");
    }
  }

  /** Puts a member in place of the one of its name, whatever that was. */
  void set(String name, Json value) {
    texts.remove(name);
    lists.remove(name);
    members.put(name, value);
  }

  /** The member of that name, unless it is missing or {@code null}. */
  Optional<Json> get(String name) {
    var value = members.containsKey(name) ? value(name) : Json.Literal.NULL;
    return value == Json.Literal.NULL ? Optional.empty() : Optional.of(value);
  }

  /** Whether a member of that name has been added, even as {@code null}. */
  boolean mentions(String name) {
    return members.containsKey(name);
  }

  /** The object: those members first that are named, then the others in the order they came. */
  Json.Obj object(String... first) {
    var ordered = new ArrayList<Json.Member>(members.size());
    var named = List.of(first);
    for (var name : named) {
      if (members.containsKey(name)) {
        ordered.add(new Json.Member(name, value(name)));
      }
    }
    for (var name : members.keySet()) {
      if (!named.contains(name)) {
        ordered.add(new Json.Member(name, value(name)));
      }
    }
    return new Json.Obj(ordered);
  }

  private Json fixed(String name) {
    if (texts.containsKey(name) || lists.containsKey(name)) {
      throw new Lossy("a member changes its kind");
    }
    return members.getOrDefault(name, Json.Literal.NULL);
  }

  private void requireNone(String name) {
    if (fixed(name) != Json.Literal.NULL) {
      throw new Lossy("a member changes its kind");
    }
    members.put(name, Json.Literal.NULL);
  }

  private Json value(String name) {
    var text = texts.get(name);
    if (text != null) {
      return new Json.Str(text.toString());
    }
    var list = lists.get(name);
    return list != null ? new Json.Arr(list) : members.getOrDefault(name, Json.Literal.NULL);
  }
}
