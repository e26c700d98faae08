package io.larder.cached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.cache.Label;
import io.larder.model.Caller;
import jakarta.json.bind.JsonbBuilder;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Names of values: readable, one per value, and never the same for two. */
final class NamingTest {
  private final Parts parts = new Parts(JsonbBuilder.create(CachedBeans.config()));

  /** Methods to be named. */
  @SuppressWarnings("unused")
  private static final class Sample {
    void none() {}

    void two(@Nullable String first, @Nullable String second) {}

    void marked(@CacheKey String id, String body) {}

    void number(long id) {}

    void any(@Nullable Object value) {}

    void list(List<String> values) {}

    void optional(Optional<String> value) {}
  }

  /** Data. */
  public record Point(int x, int y) {}

  /** Other data that looks alike. */
  public record Place(int x, int y) {}

  /** Nothing that JSON-B sees. */
  public static final class Closed {
    private final int secret = 1;

    int secret() {
      return secret;
    }
  }

  @Test
  void key_plainValues_isReadable() {
    assertThat(key("two", "17", "en-GB")).isEqualTo("sample:17:en-GB");
    assertThat(key("number", 17L)).isEqualTo("sample:17");
    assertThat(key("none")).isEqualTo("sample");
    assertThat(key("marked", "17", "ignored")).isEqualTo("sample:17");
  }

  @Test
  void key_everyPair_isItsOwn() {
    var texts =
        new @Nullable String[] {
          null,
          "",
          "null",
          "~",
          "a",
          "ab",
          "bc",
          "c",
          "a:b",
          ":",
          "%3A",
          "%",
          "@",
          "{x}",
          "*",
          "ä",
          "\uD83D\uDE00",
          "\uD83D",
          "\uDE00",
          "?",
          "=",
          " ",
          "A"
        };
    var names = new HashSet<String>();
    for (var first : texts) {
      for (var second : texts) {
        assertThat(names.add(key("two", first, second))).as(first + ", " + second).isTrue();
      }
    }
    assertThat(names).allMatch(name -> name.matches("[\\x21-\\x7e&&[^{}*]]+"));
  }

  @Test
  void key_ofAnyType_tellsTypesApart() {
    var uuid = UUID.fromString("00000000-0000-0000-0000-000000000001");
    var values =
        Arrays.asList(
            null,
            "1",
            1,
            1L,
            1.0,
            '1',
            true,
            "true",
            new BigDecimal("1"),
            new BigDecimal("1.0000000000000000001"),
            uuid,
            uuid.toString(),
            Instant.EPOCH,
            TimeUnit.SECONDS,
            "SECONDS",
            new Point(1, 2),
            new Place(1, 2),
            "{\"x\":1,\"y\":2}",
            List.of(),
            List.of(List.of()),
            Map.of(),
            List.of("a", "b"),
            List.of("a,b"),
            Map.of("a", 1),
            Map.of("a", "1"));
    var names = new HashSet<String>();
    values.forEach(value -> assertThat(names.add(key("any", value))).as("" + value).isTrue());
  }

  @Test
  void key_mapsAndSetsInAnyOrder_isTheSame() {
    var names = new ArrayList<>(List.of("aa", "bb", "cc", "dd", "ee"));
    var map = new LinkedHashMap<String, Object>();
    names.forEach(name -> map.put(name, Map.of("y", 1, "x", 2)));
    var set = new LinkedHashSet<>(names);
    var expected = List.of(key("any", map), key("any", set));
    Collections.reverse(names);
    var reversed = new LinkedHashMap<String, Object>();
    names.forEach(name -> reversed.put(name, Map.of("x", 2, "y", 1)));

    assertThat(List.of(key("any", reversed), key("any", new LinkedHashSet<>(names))))
        .isEqualTo(expected);
  }

  @Test
  void key_listOfAnyClass_isTheSame() {
    assertThat(key("list", new ArrayList<>(List.of("a")))).isEqualTo(key("list", List.of("a")));
  }

  @Test
  void key_optional_isItsValue() {
    assertThat(key("optional", Optional.empty())).isNotEqualTo(key("optional", Optional.of("~")));
    assertThat(key("optional", Optional.of("a"))).isNotEqualTo(key("optional", Optional.of("b")));
  }

  @Test
  void key_long_isHashedAndShort() {
    var name = key("two", "x".repeat(10_000), "");

    assertThat(name).matches("sample:[0-9a-f]{64}");
    assertThat(key("two", "x".repeat(10_000), "y")).isNotEqualTo(name);
  }

  @Test
  void key_thatLooksLikeAHash_cannotBeForged() {
    var hashed = key("any", "x".repeat(500));
    var forged =
        naming("marked").key(new Object[] {hashed.substring(7), ""}, Optional.empty(), parts);

    assertThat(forged.name()).isNotEqualTo(hashed).matches("sample:[0-9a-f]{64}");
  }

  @Test
  void key_valueWithoutProperties_isRefused() {
    assertThatThrownBy(() -> key("any", new Closed()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Closed has no properties");
  }

  @Test
  void key_ofScope_isEachCallersOwn() {
    var names = new HashSet<String>();
    for (var tenant : new String[] {"t", "t:u", "u"}) {
      for (var user : new String[] {"t", "u", "t:u", "@u"}) {
        var caller = Optional.of(new Caller(user, tenant, Set.of()));
        names.add(scoped(Scope.USER, caller, "x"));
      }
      names.add(scoped(Scope.TENANT, Optional.of(new Caller("any", tenant, Set.of())), "x"));
    }

    assertThat(names).hasSize(15).doesNotContain(key("any", "x"));
    assertThat(scoped(Scope.USER, Optional.of(new Caller("u", "t", Set.of())), "x"))
        .isEqualTo("sample:@t:@u:=java.lang.String=x");
  }

  @Test
  void tags_places_areFilledByNameAndNumber() {
    var naming =
        Naming.of(
            "sample",
            Scope.GLOBAL,
            new String[] {"all", "user:{first}", "{0}/{second}", "{second}"},
            Bean.method(Sample.class, "two"));

    assertThat(naming.tagLabels(new Object[] {"17", ""}, parts))
        .extracting(Label::name)
        .containsExactly("all", "user:17", "17/", "\"\"");
    assertThat(naming.tagLabels(new @Nullable Object[] {"ä".repeat(2_000), null}, parts))
        .extracting(Label::name)
        .allMatch(name -> name.length() <= Tag.BYTES_MAX)
        .contains("null");
  }

  private String scoped(Scope scope, Optional<Caller> caller, Object value) {
    return Naming.of("sample", scope, new String[0], Bean.method(Sample.class, "any"))
        .key(new Object[] {value}, caller, parts)
        .name();
  }

  private String key(String method, @Nullable Object... arguments) {
    return naming(method).key(arguments, Optional.empty(), parts).name();
  }

  private static Naming naming(String method) {
    return Naming.of("sample", Scope.GLOBAL, new String[0], Bean.method(Sample.class, method));
  }
}
