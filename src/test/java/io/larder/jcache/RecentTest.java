package io.larder.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a thread knows of a session's facts is what it would read and write without that. */
final class RecentTest {
  private static final ClassLoader LOADER = RecentTest.class.getClassLoader();
  private static final Allowed ALLOWED = new Allowed(List.of());

  private final Form<Object> plain = new Form<>(LOADER, ALLOWED);
  private final Form<Object> form = Form.ofSessions(LOADER, ALLOWED);

  /** As the server keeps them. */
  private static List<@Nullable Object> facts(long used, String... names) {
    return new ArrayList<>(
        Arrays.asList(1L, used, 1800, (short) 0, null, new TreeSet<>(List.of(names))));
  }

  private static void addName(Object facts, String name) {
    @SuppressWarnings("unchecked")
    var names = (TreeSet<String>) ((List<?>) facts).get(5);
    names.add(name);
  }

  @Test
  void facts_equalOnesWritten_areNotSerialisedAgain() {
    var bytes = form.write(facts(7, "a"));

    assertThat(form.write(facts(7, "a"))).isSameAs(bytes).isEqualTo(plain.write(facts(7, "a")));
  }

  @Test
  void facts_readAndWritten_areNotSerialisedAgain() {
    var bytes = plain.write(facts(7, "a"));

    assertThat(form.write(form.read(bytes).orElseThrow())).isSameAs(bytes);
  }

  @Test
  void facts_changedAfterTheyWereWritten_areWrittenAsTheyAre() {
    var facts = facts(7, "a");
    var before = form.write(facts);
    addName(facts, "b");

    assertThat(form.write(facts)).isNotEqualTo(before).isEqualTo(plain.write(facts));
    assertThat(form.read(before)).contains(facts(7, "a"));
  }

  @Test
  void facts_changedAfterTheyWereRead_areReadAsTheyAre() {
    var bytes = plain.write(facts(7, "a"));
    for (int i = 0; i < 3; i++) {
      var read = form.read(bytes).orElseThrow();
      assertThat(read).isEqualTo(facts(7, "a"));
      addName(read, "b");
      ((List<?>) read).remove(0);
    }
  }

  /** Goal: nothing but time is saved. Method: the same calls, with and without what is known. */
  @Test
  void calls_inAnyOrder_haveTheAnswersOfThoseThatKnowNothing() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var written = new ArrayList<byte[]>();
    for (int i = 0; i < 20_000; i++) {
      if (written.isEmpty() || random.nextBoolean()) {
        var object = object(random);
        var bytes = form.write(object);
        assertThat(bytes).as("seed %d, %s", seed, object).isEqualTo(plain.write(object));
        written.add(bytes);
      } else {
        var bytes = written.get(written.size() - 1 - random.nextInt(Math.min(4, written.size())));
        var read = form.read(bytes.clone()).orElseThrow();
        assertThat(shape(read))
            .as("seed %d", seed)
            .isEqualTo(shape(plain.read(bytes).orElseThrow()));
      }
    }
  }

  /** Things that are alike, and not the same. */
  private static Object object(Random random) {
    var one = String.valueOf(random.nextInt(2));
    List<Supplier<@Nullable Object>> kinds =
        List.of(
            () -> Long.valueOf(one),
            () -> Integer.valueOf(one),
            () -> Short.valueOf(one),
            () -> one,
            () -> null,
            () -> new TreeSet<>(List.of(one)),
            () -> new HashSet<>(List.of(one)),
            () -> reversed(one),
            () -> new ArrayList<>(List.of(one)));
    var facts = new ArrayList<@Nullable Object>();
    for (int i = random.nextInt(3); i > 0; i--) {
      facts.add(kinds.get(random.nextInt(kinds.size())).get());
    }
    return random.nextInt(10) == 0 ? new TreeSet<>(List.of(one)) : facts;
  }

  private static Set<String> reversed(String one) {
    var names = new TreeSet<String>(Comparator.reverseOrder());
    names.add(one);
    return names;
  }

  private static String shape(Object object) {
    if (object instanceof TreeSet<?> names) {
      return "TreeSet " + (names.comparator() != null) + names;
    }
    return object instanceof ArrayList<?> list
        ? list.stream()
            .map(one -> one == null ? "null" : one.getClass() + " " + shape(one))
            .toList()
            .toString()
        : object.toString();
  }
}
