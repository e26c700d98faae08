package io.larder.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A JSON value as read: members keep their order, numbers keep their spelling. */
public sealed interface Json {

  /** One member of an object. */
  record Member(String name, Json value) {}

  /** An object; no two members share a name. */
  record Obj(List<Member> members) implements Json {
    public Obj {
      members = List.copyOf(members);
    }

    /** The member of that name, unless it is missing. */
    public Optional<Json> get(String name) {
      for (var member : members) {
        if (member.name().equals(name)) {
          return Optional.of(member.value());
        }
      }
      return Optional.empty();
    }

    /** The text of that name, unless it is missing or something else than a string. */
    public Optional<String> text(String name) {
      return get(name).flatMap(Json::asText);
    }

    /** The items of the array of that name; empty when it is missing or no array. */
    public List<Json> items(String name) {
      return get(name).orElse(Literal.NULL) instanceof Arr array ? array.items() : List.of();
    }

    /** The object of that name, unless it is missing or something else. */
    public Optional<Obj> object(String name) {
      return get(name).orElse(Literal.NULL) instanceof Obj found
          ? Optional.of(found)
          : Optional.empty();
    }

    /** Whether a member of that name stands there with another value than {@code null}. */
    public boolean has(String name) {
      return get(name).filter(value -> value != Literal.NULL).isPresent();
    }

    /** The whole number of that name; 0 when it is missing or something else. */
    public long number(String name) {
      return get(name).orElse(Literal.NULL) instanceof Num number ? number.whole() : 0;
    }

    /** The same object with that member in place of the one of its name, or at the end. */
    public Obj with(String name, Json value) {
      var changed = new ArrayList<Member>(members.size() + 1);
      boolean found = false;
      for (var member : members) {
        boolean is = member.name().equals(name);
        changed.add(is ? new Member(name, value) : member);
        found |= is;
      }
      if (!found) {
        changed.add(new Member(name, value));
      }
      return new Obj(changed);
    }

    /** The same object but for the members of those names. */
    public Obj without(Set<String> names) {
      return new Obj(members.stream().filter(member -> !names.contains(member.name())).toList());
    }
  }

  /** An array. */
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }
  }

  /** A string, unescaped. */
  record Str(String text) implements Json {}

  /**
   * A number that a double can hold.
   *
   * @param spelling as it stood in the text
   */
  record Num(String spelling) implements Json {
    /** The value as a double, the precision that RFC 8785 gives numbers. */
    public double value() {
      return Double.parseDouble(spelling);
    }

    /** The value without its fraction, held within the range of a long. */
    public long whole() {
      return (long) value();
    }
  }

  /** {@code true}, {@code false} or {@code null}. */
  enum Literal implements Json {
    TRUE,
    FALSE,
    NULL
  }

  /** The text if this is a string. */
  default Optional<String> asText() {
    return this instanceof Str string ? Optional.of(string.text()) : Optional.empty();
  }
}
