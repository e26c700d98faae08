package it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The alerts and the dashboard against the reference of metrics, which others hold to the code. */
class ObservabilityFilesTest {
  private static final Path FOLDER = Path.of("containers/observability");
  private static final Pattern EXPR = Pattern.compile("^ +expr: (.+)$", Pattern.MULTILINE);
  private static final Pattern RECORD = Pattern.compile("- record: (.+)$", Pattern.MULTILINE);
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)$", Pattern.MULTILINE);

  /** Prometheus' own labels of every series. */
  private static final Set<String> EVERYWHERE = Set.of("instance", "job");

  @Test
  void alerts_everyExpression_readsWhatThereIs() throws IOException {
    var alerts = Files.readString(FOLDER.resolve("alerts.yml"));
    var expressions = all(EXPR, alerts);

    assertThat(expressions)
        .hasSize(all(ALERT, alerts).size() + all(RECORD, alerts).size())
        .hasSizeGreaterThan(15);
    assertReads(expressions, new TreeSet<>(all(RECORD, alerts)));
  }

  @Test
  void dashboard_everyExpression_readsWhatThereIs() throws IOException {
    var dashboard = new ObjectMapper().readTree(FOLDER.resolve("dashboard.json").toFile());
    var expressions = new ArrayList<String>();
    for (var panel : dashboard.get("panels")) {
      for (var target : panel.path("targets")) {
        expressions.add(target.get("expr").asText());
      }
    }

    assertThat(expressions).hasSizeGreaterThan(20);
    assertReads(expressions, Set.of());
  }

  @Test
  void guide_everyAlert_isExplained() throws IOException {
    var guide = Files.readString(Path.of("docs/guide/observability.md"));
    var alerts = all(ALERT, Files.readString(FOLDER.resolve("alerts.yml")));

    assertThat(alerts).allSatisfy(alert -> assertThat(guide).contains("| `" + alert + "` |"));
  }

  @Test
  void expression_ofEveryForm_isRead() {
    var read =
        new Expression(
            "sum by (le, store) (rate(a_bucket{x=\"a{b\",y=~\"c|d\"}[5m])) / on(z) b:c > 1e3"
                + " and d offset 1h");

    assertThat(read.series())
        .isEqualTo(Map.of("a_bucket", Set.of("x", "y"), "b:c", Set.of(), "d", Set.<String>of()));
    assertThat(read.grouping()).containsExactly("le", "store", "z");
  }

  private static void assertReads(List<String> expressions, Set<String> recorded)
      throws IOException {
    var rows = MetricsReference.read();
    for (var text : expressions) {
      var expression = new Expression(text);
      assertThat(expression.series()).as(text).isNotEmpty();
      var known = new TreeSet<>(EVERYWHERE);
      expression
          .series()
          .forEach(
              (series, labels) -> {
                var name = MetricsReference.name(series, rows);
                if (!name.equals("up") && !recorded.contains(name)) {
                  assertThat(rows).as(text).containsKey(name);
                  var own = new TreeSet<>(EVERYWHERE);
                  own.addAll(rows.get(name).tags());
                  known.addAll(own);
                  assertThat(own).as(text).containsAll(labels);
                }
                if (series.endsWith("_bucket")) {
                  known.add("le");
                }
              });
      assertThat(known).as(text).containsAll(expression.grouping());
    }
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }
}
