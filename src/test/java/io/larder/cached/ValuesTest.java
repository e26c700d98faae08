package io.larder.cached;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.bind.JsonbBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Results as bytes and back. */
final class ValuesTest {
  private static final Origin HIT = new Origin.Hit(Duration.ZERO, Duration.ofMinutes(1));

  private final Values values = new Values(JsonbBuilder.create(CachedBeans.config()));

  /** Data. */
  public record User(String name, List<Integer> numbers, Map<String, User> friends, Instant at) {}

  /** The same before somebody renamed a component. */
  public record Renamed(String fullName, List<Integer> numbers) {}

  /** Data as it used to be written. */
  public static final class Pojo {
    public String name = "";
    public int number;
  }

  /** Something that refers to itself. */
  public static final class Loop {
    public Loop self = this;
  }

  /** Methods whose results are kept. */
  @SuppressWarnings("unused")
  private abstract static class Sample {
    abstract byte[] bytes();

    abstract String text();

    abstract int number();

    abstract User user();

    abstract Renamed renamed();

    abstract Pojo pojo();

    abstract Loop loop();

    abstract List<User> users();

    abstract Map<String, List<User>> byName();

    abstract Map<String, @Nullable String> nulls();

    abstract Optional<User> maybe();

    abstract Optional<String> maybeText();

    abstract CompletionStage<List<User>> later();

    abstract User[] array();
  }

  @Test
  void result_ofEveryForm_comesBackEqual() {
    var user = new User("ä\0\"", List.of(1, 2), Map.of(), Instant.EPOCH);
    var other = new User("b", List.of(), Map.of("a", user), Instant.EPOCH);
    var nulls = new HashMap<String, @Nullable String>();
    nulls.put("a", null);
    assertThat((byte[]) back("bytes", new byte[] {0, -1, 1})).containsExactly(0, -1, 1);
    for (var one :
        Map.<String, Object>of(
                "text", "ä\uD83D\uDE00",
                "number", 17,
                "user", other,
                "users", List.of(user, other),
                "byName", Map.of("x", List.of(other)),
                "nulls", nulls,
                "maybe", Optional.of(other),
                "maybeText", Optional.of(""),
                "later", List.of(user))
            .entrySet()) {
      assertThat(back(one.getKey(), one.getValue())).as(one.getKey()).isEqualTo(one.getValue());
    }
    assertThat((User[]) back("array", new User[] {user})).containsExactly(user);
    var pojo = new Pojo();
    pojo.name = "p";
    pojo.number = 3;
    assertThat(back("pojo", pojo)).usingRecursiveComparison().isEqualTo(pojo);
  }

  @Test
  void empty_ofEveryForm_comesBackAsItself() {
    assertThat(back("text", null)).isNull();
    assertThat(back("maybe", Optional.empty())).isEqualTo(Optional.empty());
  }

  @Test
  void read_writtenByAnotherShape_isNothing() {
    var bytes = values.write(form("renamed"), new Renamed("a", List.of())).orElseThrow();

    assertThat(values.read(form("user"), bytes, HIT)).isEmpty();
    assertThat(form("users").shape()).isNotEqualTo(form("user").shape());
    assertThat(values.read(form("text"), bytes, HIT)).isEmpty();
  }

  @Test
  void read_damaged_isNothing() {
    var form = form("user");
    var bytes = values.write(form, new User("a", List.of(), Map.of(), Instant.EPOCH)).orElseThrow();
    for (int length = 0; length < bytes.length; length++) {
      assertThat(values.read(form, Arrays.copyOf(bytes, length), HIT))
          .as("cut at " + length)
          .isEmpty();
    }
    for (int i = 0; i < 11; i++) {
      var flipped = bytes.clone();
      flipped[i] ^= 0x55;
      assertThat(values.read(form, flipped, HIT)).as("flipped " + i).isEmpty();
    }
  }

  @Test
  void write_thatJsonCannot_isNothing() {
    assertThat(values.write(form("loop"), new Loop())).isEmpty();
    assertThat(values.write(form("text"), "half a pair \uD83D")).isEmpty();
  }

  @Test
  void snapshot_writtenAndRead_isTheSame() {
    var snapshot =
        new Snapshot(
            200,
            List.of(new Snapshot.Field("X", "a"), new Snapshot.Field("X", "ä")),
            't',
            "body".getBytes(StandardCharsets.UTF_8));
    var back = Snapshot.parse(snapshot.bytes());

    assertThat(back.fields()).isEqualTo(snapshot.fields());
    assertThat(back.entity()).isEqualTo(snapshot.entity());
    assertThat(back.status()).isEqualTo(200);
  }

  private @Nullable Object back(String method, @Nullable Object value) {
    var form = form(method);
    return values.read(form, values.write(form, value).orElseThrow(), HIT).orElseThrow().value();
  }

  private static Form form(String method) {
    return Form.of(Bean.method(Sample.class, method));
  }
}
