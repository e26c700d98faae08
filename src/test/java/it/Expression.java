package it;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a PromQL expression reads: its series, the labels it selects them by, and the labels it
 * groups by. Enough of the language for the files of containers/observability, and no more.
 */
final class Expression {
  private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");
  private static final Pattern RANGE = Pattern.compile("\\[[^\\]]*]");
  private static final Pattern NAME =
      Pattern.compile("(?<![\\w.:])(?<name>[a-zA-Z_:][\\w:]*)\\s*(?<rest>\\{[^}]*}|\\()?");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)\\s*(?:=~|!~|!=|=)");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

  private final Map<String, Set<String>> series = new HashMap<>();
  private final Set<String> grouping = new TreeSet<>();

  Expression(String text) {
    var plain = RANGE.matcher(TEXT.matcher(text).replaceAll("\"\"")).replaceAll("");
    var groups = GROUPING.matcher(plain);
    while (groups.find()) {
      for (var label : groups.group(1).split(",", -1)) {
        grouping.add(label.strip());
      }
    }
    var names = NAME.matcher(GROUPING.matcher(plain).replaceAll(" "));
    while (names.find()) {
      var rest = names.group("rest");
      boolean function = rest != null && rest.equals("(");
      // "sum by (x) (…)": the grouping is gone, so the word stands before its bracket
      if (!function && !WORDS.contains(names.group("name"))) {
        var labels = series.computeIfAbsent(names.group("name"), absent -> new TreeSet<>());
        LABEL.matcher(rest == null ? "" : rest).results().forEach(one -> labels.add(one.group(1)));
      }
    }
  }

  /** The labels that each series is selected by. */
  Map<String, Set<String>> series() {
    return series;
  }

  /** The labels that are grouped by. */
  Set<String> grouping() {
    return grouping;
  }
}
