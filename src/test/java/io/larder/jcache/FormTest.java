package io.larder.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
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
import org.jspecify.annotations.Nullable;
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

  /** Reads by itself, without the fields first: then the JDK does not see where it must end. */
  static final class Careless implements Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.writeLong(1);
      out.writeObject("");
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      assertThat(in.readLong()).isNotNegative();
      assertThat(in.readObject()).isNotNull();
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

  /**
   * Attack: the stream says that an allowed class is read otherwise than it reads itself. What
   * follows is then read from another byte on, and a text there is a gadget.
   */
  @ParameterizedTest
  @MethodSource("desynchronised")
  void read_descriptorsThatLie_areAbsent(String name, byte[] stream) throws IOException {
    WOKEN.set(0);
    try (var server = new ObjectInputStream(new ByteArrayInputStream(stream))) {
      var unused = catchThrowable(server::readObject);
    }
    assertThat(WOKEN).as("the server would be taken in: " + name).hasValue(1);

    var some = new Form<Object>(LOADER, new Allowed(List.of(Careless.class.getName())));
    assertThat(some.read(stored('b', stream))).as(name).isEmpty();
    assertThat(some.read(stored('o', stream))).as(name).isEmpty();
    assertThat(WOKEN).hasValue(1);
    assertThatThrownBy(() -> some.write(stream)).isInstanceOf(CacheException.class);
  }

  static Stream<Arguments> desynchronised() throws IOException {
    return Stream.of(
        arguments("external without blocks", externalWithoutBlocks()),
        arguments("a class without what it writes", plainWithoutMethod()));
  }

  /** A LocalTime of 2 bytes before an Integer of 4: the screen takes them for half of that. */
  private static byte[] externalWithoutBlocks() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    begin(out, "java.lang.Integer", 1360826667806852920L, 'I');
    descriptor(out, "java.time.Ser", -7683839454370182990L, 0x04);
    out.writeShort(0x04ff);
    out.writeShort(0);
    hidden(out);
    return bytes.toByteArray();
  }

  /** A block of 10 bytes before a Long of 8: the screen takes that for the Long. */
  private static byte[] plainWithoutMethod() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    begin(out, "java.lang.Long", 4290774380558885855L, 'J');
    descriptor(out, Careless.class.getName(), 1, 0x02);
    out.writeShort(0x7708);
    out.writeInt(16);
    out.writeShort(0);
    hidden(out);
    return bytes.toByteArray();
  }

  /**
   * An array of two: a number whose superclass has an object for a field more, and what follows.
   */
  private static void begin(DataOutputStream out, String name, long version, char type)
      throws IOException {
    out.writeInt(0xaced0005);
    out.writeShort(0x7572);
    out.writeUTF("[Ljava.lang.Object;");
    out.writeLong(-8012369246846506644L);
    out.write(new byte[] {2, 0, 0, 0x78, 0x70});
    out.writeInt(2);
    out.writeShort(0x7372);
    out.writeUTF(name);
    out.writeLong(version);
    out.write(new byte[] {2, 0, 1, (byte) type});
    out.writeUTF("value");
    out.writeShort(0x7872);
    out.writeUTF("java.lang.Number");
    out.writeLong(-8742448824652078965L);
    out.write(new byte[] {2, 0, 1, 'L'});
    out.writeUTF("x");
    out.writeByte(0x74);
    out.writeUTF("Ljava/lang/Object;");
    out.writeShort(0x7870);
  }

  private static void descriptor(DataOutputStream out, String name, long version, int flags)
      throws IOException {
    out.writeShort(0x7372);
    out.writeUTF(name);
    out.writeLong(version);
    out.writeByte(flags);
    out.writeShort(0);
    out.writeShort(0x7870);
  }

  /** A text of 0x73 bytes; from its second byte of length on, a gadget. */
  private static void hidden(DataOutputStream out) throws IOException {
    var gadget = new ByteArrayOutputStream();
    descriptor(new DataOutputStream(gadget), Gadget.class.getName(), 1, 0x02);
    out.writeShort(0x7400);
    out.write(Arrays.copyOf(gadget.toByteArray(), 0x74));
  }

  @Test
  void read_attributesCutShort_areAbsent() {
    var whole = serialised(new ArrayList<>(List.of("a", Instant.EPOCH)));
    for (int length = 2; length < whole.length; length++) {
      assertThat(form.read(stored('b', Arrays.copyOf(whole, length)))).as("" + length).isEmpty();
    }
    assertThat(form.read(stored('b', whole))).isPresent();
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

  /** As thin as an object can be that has another one. */
  private static final class Wrap implements Serializable {
    private static final long serialVersionUID = 1L;
    private final @Nullable Serializable inner;

    Wrap(@Nullable Serializable inner) {
      this.inner = inner;
    }

    @Override
    public String toString() {
      return "(" + inner + ")";
    }
  }

  /** Short values are not looked at again before they are kept. */
  @Test
  void write_nestedDeeperAndDeeper_isRefusedWhereItCouldNotBeRead() {
    @Nullable Serializable value = null;
    int refused = 0;
    for (int depth = 1; depth <= 2 * Allowed.DEPTH_MAX; depth++) {
      value = new Wrap(value);
      byte[] bytes;
      try {
        bytes = open.write(value);
      } catch (CacheException tooDeep) {
        assertThat(tooDeep)
            .hasMessage("a value is not kept: more than 100 objects within one another");
        refused++;
        continue;
      }
      assertThat(open.read(bytes)).as("depth " + depth).isPresent();
    }
    assertThat(refused).isEqualTo(Allowed.DEPTH_MAX);
  }

  /** Of a class that is not allowed, with an own way of writing that goes past what fails. */
  static final class Swallows implements Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) throws IOException {
      try {
        out.writeObject(new Gadget());
      } catch (IOException swallowed) {
        out.writeObject("");
      }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      assertThat(in.readObject()).isNotNull();
    }
  }

  /** An operator must read which class to name. */
  @Test
  void write_whatIsNotKept_isToldByItsName() {
    assertThatThrownBy(
            () -> form.write(new ArrayList<>(List.of(new PriorityQueue<>(List.of("a"))))))
        .hasMessageStartingWith("java.util.PriorityQueue may not be kept");
    assertThatThrownBy(() -> form.write(new ArrayList<>(List.of(new Object()))))
        .hasMessage("not serializable: java.lang.Object");
    var narrow = new Form<Object>(LOADER, new Allowed(List.of(Swallows.class.getName())));
    assertThatThrownBy(() -> narrow.write(new Swallows()))
        .hasMessageStartingWith(Gadget.class.getName() + " may not be kept");
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
