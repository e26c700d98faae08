package io.larder.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.cache.CacheException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes back from a store, and what never does. */
final class FormTest {
  private static final ClassLoader LOADER = FormTest.class.getClassLoader();
  private static final AtomicInteger WOKEN = new AtomicInteger();
  private final Form<Object> form = new Form<>(LOADER, new Allowed(List.of()));
  private final Form<Object> open =
      new Form<>(LOADER, new Allowed(List.of("io.larder.jcache.*", "java.**")));

  /** Runs what it is told when it is read, as those do that attackers look for. */
  static final class Gadget implements Serializable {
    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      WOKEN.incrementAndGet();
    }
  }

  /** Of the application. */
  record Basket(List<String> items, Map<String, Integer> counts) implements Serializable {}

  enum Colour {
    RED {}
  }

  static Stream<Arguments> values() {
    var session = new ArrayList<Object>(List.of(1L, 2L, 1800, (short) 0));
    session.add(null);
    session.add(new TreeSet<>(Set.of("a", "b")));
    return Stream.of(
            "text",
            1,
            true,
            2.5,
            'c',
            new BigDecimal("1.50"),
            Instant.EPOCH,
            DayOfWeek.MONDAY,
            UUID.randomUUID(),
            List.of("a", 1),
            new HashMap<>(Map.of("k", List.of(1, 2))),
            Map.of("k", "v"),
            Arrays.asList(1, 2),
            new String[] {"a", "b"},
            new int[][] {{1}, {2, 3}},
            session)
        .map(value -> arguments(value));
  }

  @ParameterizedTest
  @MethodSource("values")
  void read_valuesOfTheJdk_comeBack(Object value) {
    assertThat(form.read(form.write(value)))
        .hasValueSatisfying(back -> assertThat(back).isEqualTo(value));
    // attributes come serialised already
    var attribute = serialised(value);
    assertThat(form.read(form.write(attribute)))
        .hasValueSatisfying(back -> assertThat(back).isEqualTo(attribute));
  }

  static Stream<Arguments> attacks() {
    return Stream.of(
            new Gadget(),
            new Gadget[] {new Gadget()},
            new ArrayList<>(List.of(new Gadget())),
            new HashMap<>(Map.of("k", List.of(1, new HashSet<>(Set.of(new Gadget()))))),
            new Object[] {1, new Object[] {new Gadget()}},
            new PriorityQueue<>(List.of("a")),
            new Basket(List.of("a"), Map.of("a", 1)),
            Colour.RED,
            Proxy.newProxyInstance(LOADER, new Class<?>[] {Runnable.class}, new Handler()))
        .map(value -> arguments(value));
  }

  private static final class Handler implements InvocationHandler, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
      return "a proxy";
    }
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void read_classesNotAllowed_areAbsentAndNeverMade(Object attack) {
    WOKEN.set(0);
    var plain = serialised(attack);
    assertThat(form.read(stored('o', plain))).isEmpty();
    assertThat(form.read(stored('b', plain))).isEmpty();
    assertThat(WOKEN).hasValue(0);
    assertThatThrownBy(() -> form.write(attack)).isInstanceOf(CacheException.class);
    assertThatThrownBy(() -> form.write(plain)).isInstanceOf(CacheException.class);
  }

  @Test
  void read_classesAllowed_comeBack() {
    var basket = new Basket(List.of("a"), Map.of("a", 1));
    assertThat(open.read(open.write(basket))).contains(basket);
    assertThat(open.read(open.write(serialised(basket)))).isPresent();
    assertThat(open.read(open.write(serialised(new Gadget())))).isPresent();
  }

  @Test
  void screen_objectsAllowed_areNotMadeEither() {
    WOKEN.set(0);
    assertThat(open.read(stored('b', serialised(List.of(new Gadget()))))).isPresent();
    assertThat(WOKEN).hasValue(0);
  }

  @Test
  void read_damaged_isAbsent() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var session = new ArrayList<Object>(List.of(1L, 2L, 1800, new TreeSet<>(Set.of("a", "b"))));
    var good = form.write(session);
    for (int i = 0; i < 5_000; i++) {
      var bad =
          Arrays.copyOf(good, random.nextInt(3) == 0 ? random.nextInt(good.length) : good.length);
      for (int n = random.nextInt(4); n >= 0 && bad.length > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      // absent or something else, and no exception
      Optional<Object> read = form.read(bad);
      assertThat(read).as("seed " + seed).isNotNull();
    }
    assertThat(form.read(new byte[0])).isEmpty();
    assertThat(form.read(new byte[] {1})).isEmpty();
    assertThat(form.read(stored('x', new byte[9]))).isEmpty();
    var newer = good.clone();
    newer[0] = 2;
    assertThat(form.read(newer)).isEmpty();
  }

  @Test
  void read_nestedTooDeep_isAbsent() {
    Set<Object> root = new HashSet<>();
    var inner = root;
    for (int i = 0; i < 200; i++) {
      Set<Object> next = new HashSet<>();
      inner.add(next);
      inner = next;
    }
    assertThat(form.read(stored('o', serialised(root)))).isEmpty();
  }

  private static byte[] stored(char kind, byte[] content) {
    var bytes = new byte[content.length + 2];
    bytes[0] = 1;
    bytes[1] = (byte) kind;
    System.arraycopy(content, 0, bytes, 2, content.length);
    return bytes;
  }

  private static byte[] serialised(Object value) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }
}
