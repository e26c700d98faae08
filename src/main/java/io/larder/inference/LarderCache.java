package io.larder.inference;

import io.larder.cache.CacheSettings.Scope;
import io.larder.cache.Label;
import io.larder.json.Json;
import io.larder.wire.BadRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.InnerList;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.ParseException;
import org.greenbytes.http.sfv.Parser;

/**
 * What a request's {@code Larder-Cache} field asks of the cache: a dictionary after RFC 9651, such
 * as {@code ttl=3600, scope=tenant, tags=("docs" "v2"), namespace="eval-7"}. Unknown members are
 * ignored, as the RFC asks; known ones of a wrong form are the caller's mistake.
 *
 * @param ttl time to live of the answer, 1 s to 366 days
 * @param scope who shares the answer
 * @param tags what to file the answer under, at most {@value #TAGS_MAX}
 * @param namespace a part of the cache to read from and write to, apart from the rest
 * @param isPaced whether a stream from the cache is to come in its recorded rhythm ({@code
 *     pace=recorded}), not at once ({@code pace=burst})
 */
public record LarderCache(
    Optional<Duration> ttl,
    Optional<Scope> scope,
    List<String> tags,
    Optional<String> namespace,
    boolean isPaced) {
  static final int TAGS_MAX = 16;
  static final int NAME_BYTES_MAX = 128;
  private static final String FIELD = "Larder-Cache";
  private static final long TTL_SECONDS_MAX = Duration.ofDays(366).toSeconds();
  private static final LarderCache NOTHING =
      new LarderCache(Optional.empty(), Optional.empty(), List.of(), Optional.empty(), false);

  public LarderCache {
    tags = List.copyOf(tags);
  }

  /**
   * Reads the field's value; empty without one.
   *
   * @throws BadRequest naming the member that is wrong, and its range
   */
  public static LarderCache parse(String field) {
    if (field.isBlank()) {
      return NOTHING;
    }
    try {
      var members = Parser.parseDictionary(field);
      return of(
          member(members, "ttl"),
          member(members, "scope"),
          member(members, "tags"),
          member(members, "namespace"),
          member(members, "pace"));
    } catch (ParseException malformed) {
      throw wrong("", "a dictionary after RFC 9651, such as ttl=60, tags=(\"docs\" \"v2\")");
    }
  }

  /**
   * The same from a JSON object's members of these names.
   *
   * @throws BadRequest naming the member that is wrong, and its range
   */
  static LarderCache of(Json.Obj object) {
    return of(
        object.get("ttl").map(LarderCache::plain),
        object.get("scope").map(LarderCache::plain),
        object.get("tags").map(LarderCache::plain),
        object.get("namespace").map(LarderCache::plain),
        Optional.empty());
  }

  private static Object plain(Json json) {
    return switch (json) {
      case Json.Str string -> string.text();
      case Json.Num number when number.value() == number.whole() -> number.whole();
      case Json.Arr array -> array.items().stream().map(LarderCache::plain).toList();
      default -> json;
    };
  }

  private static LarderCache of(
      Optional<Object> ttl,
      Optional<Object> scope,
      Optional<Object> tags,
      Optional<Object> namespace,
      Optional<Object> pace) {
    return new LarderCache(
        ttl.map(LarderCache::ttl),
        scope.map(LarderCache::scope),
        tags.map(LarderCache::tags).orElse(List.of()),
        namespace.map(
            value -> name("namespace", value, "a string of 1 to " + NAME_BYTES_MAX + " bytes")),
        pace.filter(LarderCache::isRecorded).isPresent());
  }

  private static boolean isRecorded(Object value) {
    if (value.equals("recorded") || value.equals("burst")) {
      return value.equals("recorded");
    }
    throw wrong("pace", "one of recorded, burst");
  }

  private static Duration ttl(Object value) {
    if (value instanceof Long seconds && seconds >= 1 && seconds <= TTL_SECONDS_MAX) {
      return Duration.ofSeconds(seconds);
    }
    throw wrong("ttl", "a whole number of seconds from 1 to " + TTL_SECONDS_MAX);
  }

  private static Scope scope(Object value) {
    for (var scope : Scope.values()) {
      if (scope.name().toLowerCase(Locale.ROOT).equals(value)) {
        return scope;
      }
    }
    throw wrong("scope", "one of user, tenant, global");
  }

  private static List<String> tags(Object value) {
    var range =
        "a list of at most "
            + TAGS_MAX
            + " tags of 1 to "
            + NAME_BYTES_MAX
            + " bytes, such as (\"docs\" \"v2\")";
    if (!(value instanceof List<?> list) || list.size() > TAGS_MAX) {
      throw wrong("tags", range);
    }
    return list.stream().map(item -> name("tags", item, range)).toList();
  }

  private static Optional<Object> member(Dictionary members, String name) {
    return switch (members.get().get(name)) {
      case null -> Optional.empty();
      case InnerList list ->
          Optional.of(list.get().stream().<Object>map(item -> item.get()).toList());
      case ListElement<?> item -> Optional.of(item.get());
    };
  }

  private static String name(String member, Object value, String range) {
    if (value instanceof String name
        && !name.isBlank()
        && name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX) {
      return name;
    }
    throw wrong(member, range);
  }

  private static BadRequest wrong(String member, String range) {
    var name = member.isEmpty() ? FIELD : FIELD + ": " + member;
    return new BadRequest(FIELD, name + " must be " + range);
  }

  /** What the answer is to be filed under because of this field. */
  List<Label> labels() {
    var labels = new ArrayList<Label>();
    tags.forEach(tag -> labels.add(new Label(Label.Kind.TAG, tag)));
    namespace.ifPresent(name -> labels.add(new Label(Label.Kind.NAMESPACE, name)));
    return labels;
  }
}
