package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.CacheSettings.Scope;
import io.larder.json.Json;
import io.larder.json.JsonText;
import io.larder.model.Caller;
import io.larder.model.Wire;
import io.larder.provider.Demo;
import io.larder.provider.Providers.Route;
import io.larder.wire.OpenAiChat;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One request, however it is written, has one fingerprint; another request another. */
final class FingerprintsTest {
  private static final Caller ANNA = new Caller("anna", "t1", Set.of("user"));
  private static final String BASE =
      """
      {"model":"m","messages":[{"role":"system","content":"Be brief — é😀\\n\\"x\\""},
       {"role":"user","content":[{"type":"text","text":"a/b"},{"type":"image_url","image_url":{"url":"data:x"}}]}],
       "temperature":0.7,"max_tokens":100,"seed":9007199254740993,"logit_bias":{"50256":-100,"1":1e-7},
       "tools":[],"response_format":null,"parallel_tool_calls":true}
      """;

  @Test
  void of_anySpelling_isOne() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var base = JsonText.parse(bytes(BASE)).object();
    var expected = fingerprint(BASE);
    for (int i = 0; i < 2_000; i++) {
      var spelling = spell(base, random);
      assertThat(fingerprint(spelling)).as("seed %d: %s", seed, spelling).isEqualTo(expected);
    }
  }

  @Test
  void of_anyChange_isAnother() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var base = JsonText.parse(bytes(BASE)).object();
    var seen = new HashSet<String>();
    seen.add(fingerprint(BASE));
    for (var changed : changes(base)) {
      if (changed.items("messages").isEmpty()) {
        continue; // no request
      }
      var text = spell(changed, random);
      assertThat(seen.add(fingerprint(text))).as("seed %d: %s", seed, text).isTrue();
    }
    assertThat(seen).hasSizeGreaterThan(30);
  }

  @Test
  void of_deliveryAndBookkeeping_doNotMatter() {
    var plain = fingerprint("{\"model\":\"m\",\"messages\":[1]}");
    for (var member :
        List.of(
            "\"stream\":true",
            "\"stream_options\":{\"include_usage\":true}",
            "\"user\":\"u1\"",
            "\"metadata\":{\"a\":\"b\"}",
            "\"store\":false")) {
      assertThat(fingerprint("{\"model\":\"m\"," + member + ",\"messages\":[1]}")).isEqualTo(plain);
    }
  }

  @Test
  void of_scope_separatesWhomItSeparates() {
    var bert = new Caller("bert", "t1", Set.of("user"));
    var carl = new Caller("anna", "t2", Set.of("user"));

    assertThat(of(Scope.USER, ANNA))
        .isNotEqualTo(of(Scope.USER, bert))
        .isNotEqualTo(of(Scope.USER, carl));
    assertThat(of(Scope.TENANT, ANNA))
        .isEqualTo(of(Scope.TENANT, bert))
        .isNotEqualTo(of(Scope.TENANT, carl));
    assertThat(of(Scope.GLOBAL, ANNA))
        .isEqualTo(of(Scope.GLOBAL, carl))
        .isNotEqualTo(of(Scope.TENANT, ANNA));
    // parts are kept apart: a tenant and a user may not be read as another tenant and user
    assertThat(of(Scope.USER, new Caller("b", "ac", Set.of())))
        .isNotEqualTo(of(Scope.USER, new Caller("cb", "a", Set.of())));
  }

  @Test
  void of_modelAndProvider_matter() {
    var object = "{\"messages\":[1]}";
    var a =
        Fingerprints.of(
            Scope.USER,
            Optional.empty(),
            ANNA,
            Wire.OPENAI_CHAT,
            new Route(Demo.named("p"), "m"),
            object);
    var b =
        Fingerprints.of(
            Scope.USER,
            Optional.empty(),
            ANNA,
            Wire.OPENAI_CHAT,
            new Route(Demo.named("q"), "m"),
            object);
    var c =
        Fingerprints.of(
            Scope.USER,
            Optional.empty(),
            ANNA,
            Wire.OPENAI_CHAT,
            new Route(Demo.named("p"), "n"),
            object);

    assertThat(Set.of(a, b, c)).hasSize(3);
  }

  @Test
  void of_namespace_isApart() {
    var object = "{\"messages\":[]}";
    var route = new Route(Demo.named("p"), "m");
    var names =
        Stream.of(Optional.<String>empty(), Optional.of("a"), Optional.of("b"))
            .map(name -> Fingerprints.of(Scope.USER, name, ANNA, Wire.OPENAI_CHAT, route, object))
            .distinct();

    assertThat(names).hasSize(3);
  }

  private static String of(Scope scope, Caller caller) {
    var object = "{\"messages\":[1]}";
    return Fingerprints.of(
            scope,
            Optional.empty(),
            caller,
            Wire.OPENAI_CHAT,
            new Route(Demo.named("p"), "m"),
            object)
        .hex();
  }

  private static String fingerprint(String text) {
    var object = new OpenAiChat().parse(bytes(text)).canonical();
    return Fingerprints.of(
            Scope.USER,
            Optional.empty(),
            ANNA,
            Wire.OPENAI_CHAT,
            new Route(Demo.named("p"), "m"),
            object)
        .hex();
  }

  /** Writes a value with members in any order, any white space, any escapes and any number form. */
  private static String spell(Json value, Random random) {
    var text =
        switch (value) {
          case Json.Obj object -> {
            var members = new ArrayList<>(object.members());
            Collections.shuffle(members, random);
            yield members.stream()
                .map(m -> quote(m.name(), random) + space(random) + ":" + spell(m.value(), random))
                .collect(Collectors.joining(",", "{" + space(random), "}"));
          }
          case Json.Arr array ->
              array.items().stream()
                  .map(item -> spell(item, random))
                  .collect(Collectors.joining(",", "[" + space(random), "]"));
          case Json.Str string -> quote(string.text(), random);
          case Json.Num number -> number(number.spelling(), random);
          case Json.Literal literal -> literal.name().toLowerCase(Locale.ROOT);
        };
    return space(random) + text + space(random);
  }

  private static String space(Random random) {
    return " \n\t\r".substring(random.nextInt(4)).substring(0, random.nextInt(2) == 0 ? 0 : 1);
  }

  private static String quote(String text, Random random) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || random.nextInt(4) == 0) {
        quoted.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) c));
      } else if (c == '"' || c == '\\' || (c == '/' && random.nextBoolean())) {
        quoted.append('\\').append(c);
      } else {
        quoted.append(c);
      }
    }
    // a pair of surrogates half escaped is the same text, but not every encoder can write it
    var halves = quoted.append('"').toString();
    return halves.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF) ? plain(text) : halves;
  }

  private static String plain(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }

  private static String number(String spelling, Random random) {
    var exact = new BigDecimal(spelling);
    if (exact.abs().compareTo(BigDecimal.valueOf(1L << 53)) > 0) {
      return spelling;
    }
    return switch (random.nextInt(4)) {
      case 0 -> exact.toPlainString();
      case 1 -> exact.unscaledValue() + "e" + -exact.scale();
      case 2 -> exact.unscaledValue() + "0E" + (-exact.scale() - 1);
      default -> exact.setScale(Math.max(exact.scale(), 0) + 3).toPlainString();
    };
  }

  /** Every single change of a leaf, a member or an item. */
  private static List<Json.Obj> changes(Json.Obj base) {
    var changed = new ArrayList<Json.Obj>();
    for (int i = 0; i < base.members().size(); i++) {
      var member = base.members().get(i);
      if (member.name().equals("model")) {
        continue;
      }
      var without = new ArrayList<>(base.members());
      without.remove(i);
      changed.add(new Json.Obj(without));
      for (var value : changes(member.value())) {
        var with = new ArrayList<>(base.members());
        with.set(i, new Json.Member(member.name(), value));
        changed.add(new Json.Obj(with));
      }
    }
    return changed;
  }

  private static List<Json> changes(Json value) {
    return switch (value) {
      case Json.Obj object -> new ArrayList<>(changes(object));
      case Json.Arr array -> {
        var changed = new ArrayList<Json>();
        for (int i = 0; i < array.items().size(); i++) {
          for (var item : changes(array.items().get(i))) {
            var items = new ArrayList<>(array.items());
            items.set(i, item);
            changed.add(new Json.Arr(items));
          }
        }
        var longer = new ArrayList<>(array.items());
        longer.add(Json.Literal.NULL);
        changed.add(new Json.Arr(longer));
        yield changed;
      }
      case Json.Str string ->
          List.of(new Json.Str(string.text() + " "), new Json.Str("x" + string.text()));
      case Json.Num number -> List.of(new Json.Num("0.123456789"), new Json.Str(number.spelling()));
      case Json.Literal literal ->
          List.of(literal == Json.Literal.TRUE ? Json.Literal.FALSE : Json.Literal.TRUE);
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
