package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What a node shows at {@code /metrics}, against the reference. */
final class ShownMetrics {
  private static final Pattern TYPE = Pattern.compile("^# TYPE (\\w+) (\\w+)$", Pattern.MULTILINE);
  private static final Pattern SAMPLE =
      Pattern.compile("^(?<name>\\w+)\\{(?<labels>[^}]*)} ", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\"");

  /** The server's own, of every metric and of every histogram. */
  private static final Set<String> SERVERS = Set.of("mp_scope", "mp_app", "le");

  private final Map<String, String> types = new HashMap<>();
  private final Map<String, Set<String>> labels = new TreeMap<>();
  private final Map<String, MetricsReference.Row> rows;

  private ShownMetrics(String text, Map<String, MetricsReference.Row> rows) {
    this.rows = rows;
    TYPE.matcher(text).results().forEach(one -> types.put(one.group(1), one.group(2)));
    var samples = SAMPLE.matcher(text);
    while (samples.find()) {
      var names = new TreeSet<String>();
      LABEL.matcher(samples.group("labels")).results().forEach(one -> names.add(one.group(1)));
      names.removeAll(SERVERS);
      labels.put(MetricsReference.name(samples.group("name"), rows), names);
    }
  }

  /** Reads what a node shows. */
  static ShownMetrics of(Api node) {
    try {
      return new ShownMetrics(Api.text(node.get("/metrics")), MetricsReference.read());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Fails the test for a metric of Larder's that is not in the reference as it is shown. */
  void assertAsDocumented() {
    labels.forEach(
        (name, shown) -> {
          if (name.startsWith("larder_")) {
            assertThat(rows).containsKey(name);
          }
          var row = rows.get(name);
          if (row != null) {
            assertThat(types).as(name).containsEntry(name, row.type());
            assertThat(shown).as(name).isEqualTo(row.tags());
          }
        });
  }

  Set<String> names() {
    return labels.keySet();
  }
}
