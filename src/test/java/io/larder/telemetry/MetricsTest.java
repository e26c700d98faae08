package io.larder.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.telemetry.Registered.Described;
import it.MetricsReference;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The reference of metrics against the code that makes them. */
final class MetricsTest {
  @Test
  void reference_everyMetric_isOneThatIsMade() throws Exception {
    var registered = new Registered();
    var telemetry = new Telemetry(registered.registry());
    for (var method : Telemetry.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
        callWithEach(telemetry, method);
      }
    }

    assertThat(documented()).isEqualTo(registered.metrics());
  }

  @Test
  void reference_unitOfEachMetric_standsInItsName() throws IOException {
    MetricsReference.read()
        .forEach(
            (name, row) -> {
              if (row.unit().equals("seconds") || row.unit().equals("bytes")) {
                assertThat(name).contains("_" + row.unit());
              }
            });
  }

  /** What Larder makes itself; the rest of the reference is the server's. */
  private static Map<String, Described> documented() throws IOException {
    var documented = new TreeMap<String, Described>();
    MetricsReference.read()
        .forEach((name, row) -> documented.put(name, new Described(row.type(), row.tags())));
    documented.keySet().removeIf(name -> !name.startsWith("larder_"));
    return documented;
  }

  /** Calls a method with something of each kind; once for each constant of an enumeration. */
  private static void callWithEach(Telemetry telemetry, Method method) throws Exception {
    var kinds = method.getParameterTypes();
    int times =
        Arrays.stream(kinds)
            .filter(Class::isEnum)
            .mapToInt(kind -> kind.getEnumConstants().length)
            .max()
            .orElse(1);
    for (int i = 0; i < times; i++) {
      int turn = i;
      method.invoke(telemetry, Arrays.stream(kinds).map(kind -> some(kind, turn)).toArray());
    }
  }

  private static Object some(Class<?> kind, int turn) {
    if (kind.isEnum()) {
      return kind.getEnumConstants()[turn];
    }
    return switch (kind.getName()) {
      case "java.lang.String" -> "some";
      case "boolean" -> true;
      case "long" -> 1L;
      case "java.time.Duration" -> Duration.ofMillis(1);
      case "java.util.function.Supplier" -> (Supplier<?>) () -> 0;
      default -> throw new AssertionError("the test knows no " + kind);
    };
  }
}
