package it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The tables of docs/reference/metrics.md: each metric with its type, its unit and its tags. */
public final class MetricsReference {
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(?<name>\\w+)` \\| (?<type>[^|]+) \\| (?<unit>[^|]+) \\| (?<tags>[^|]+) \\|",
          Pattern.MULTILINE);
  private static final Pattern WORD = Pattern.compile("`(\\w+)`");

  private MetricsReference() {}

  /** What the reference says of a metric. */
  public record Row(String type, String unit, Set<String> tags) {
    public Row {
      tags = Set.copyOf(tags);
    }
  }

  /** All of them, by name. */
  public static Map<String, Row> read() throws IOException {
    var rows = new TreeMap<String, Row>();
    var found = ROW.matcher(Files.readString(Path.of("docs/reference/metrics.md")));
    while (found.find()) {
      rows.put(
          found.group("name"),
          new Row(found.group("type"), found.group("unit"), tags(found.group("tags"))));
    }
    return rows;
  }

  /** Names alone or, where values are told, the word before the colon; parted by semicolons. */
  private static Set<String> tags(String cell) {
    var tags = new TreeSet<String>();
    for (var part : cell.split(";", -1)) {
      var names = part.contains(":") ? part.substring(0, part.indexOf(':')) : part;
      WORD.matcher(names).results().map(word -> word.group(1)).forEach(tags::add);
    }
    return tags;
  }

  /** The name in the reference of a series as it is shown: without the parts of a histogram. */
  public static String name(String series, Map<String, Row> rows) {
    return Arrays.asList("_bucket", "_sum", "_count", "_max").stream()
        .filter(series::endsWith)
        .map(end -> series.substring(0, series.length() - end.length()))
        .filter(name -> rows.containsKey(name) && rows.get(name).type().equals("histogram"))
        .findFirst()
        .orElse(series);
  }
}
