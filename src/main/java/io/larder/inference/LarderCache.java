package io.larder.inference;

import io.larder.cache.CacheSettings.Scope;
import io.larder.cache.Label;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.InnerList;
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
 */
public record LarderCache(
    Optional<Duration> ttl, Optional<Scope> scope, List<String> tags, Optional<String> namespace) {
  static final int TAGS_MAX = 16;
  static final int NAME_BYTES_MAX = 128;
  private static final String FIELD = "Larder-Cache";
  private static final long TTL_SECONDS_MAX = Duration.ofDays(366).toSeconds();
  private static final LarderCache NOTHING =
      new LarderCache(Optional.empty(), Optional.empty(), List.of(), Optional.empty());

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
      return new LarderCache(ttl(members), scope(members), tags(members), namespace(members));
    } catch (ParseException malformed) {
      throw wrong("", "a dictionary after RFC 9651, such as ttl=60, tags=(\"docs\" \"v2\")");
    }
  }

  private static Optional<Duration> ttl(Dictionary members) {
    return member(members, "ttl")
        .map(
            value -> {
              if (value instanceof Long seconds && seconds >= 1 && seconds <= TTL_SECONDS_MAX) {
                return Duration.ofSeconds(seconds);
              }
              throw wrong("ttl", "a whole number of seconds from 1 to " + TTL_SECONDS_MAX);
            });
  }

  private static Optional<Scope> scope(Dictionary members) {
    return member(members, "scope")
        .map(
            value -> {
              for (var scope : Scope.values()) {
                if (scope.name().toLowerCase(Locale.ROOT).equals(value)) {
                  return scope;
                }
              }
              throw wrong("scope", "one of user, tenant, global");
            });
  }

  private static List<String> tags(Dictionary members) {
    var value = members.get().get("tags");
    if (value == null) {
      return List.of();
    }
    var range =
        "a list of at most "
            + TAGS_MAX
            + " tags of 1 to "
            + NAME_BYTES_MAX
            + " bytes, such as (\"docs\" \"v2\")";
    if (!(value instanceof InnerList list) || list.get().size() > TAGS_MAX) {
      throw wrong("tags", range);
    }
    var tags = new ArrayList<String>();
    for (var item : list.get()) {
      tags.add(name("tags", item.get(), range));
    }
    return tags;
  }

  private static Optional<String> namespace(Dictionary members) {
    return member(members, "namespace")
        .map(value -> name("namespace", value, "a string of 1 to " + NAME_BYTES_MAX + " bytes"));
  }

  private static Optional<Object> member(Dictionary members, String name) {
    return Optional.ofNullable(members.get().get(name)).map(item -> item.get());
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
