package io.larder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is written about keys and settings is all there is in the code, and the other way round. */
final class KeysTest {
  private static final Pattern KEY = Pattern.compile("\"(larder:1:[^\"]*)\"");
  private static final Pattern ROW =
      Pattern.compile("^\\|(?: `(larder:1:[^|]*)`) \\|", Pattern.MULTILINE);
  private static final Pattern SETTING = Pattern.compile("\"(larder\\.[a-z0-9.*-]+[a-z0-9])\"");
  private static final Path DOCS = Path.of("docs/reference");

  @Test
  void keys_everyOneInTheCode_isDocumented() throws IOException {
    var documented = Files.readString(DOCS.resolve("keys.md"));
    var used = literals(KEY);

    assertThat(used).hasSizeGreaterThan(5);
    for (var key : used) {
      assertThat(documented).as(key).contains("`" + key);
    }
  }

  @Test
  void keys_everyOneDocumented_isInTheCode() throws IOException {
    var used = literals(KEY);
    var rows =
        ROW.matcher(Files.readString(DOCS.resolve("keys.md")))
            .results()
            .map(row -> row.group(1))
            .toList();

    assertThat(rows).hasSizeGreaterThan(4);
    for (var row : rows) {
      assertThat(used).as(row).anyMatch(row::startsWith);
    }
  }

  @Test
  void settings_everyOneInTheCode_isDocumented() throws IOException {
    var documented = Files.readString(DOCS.resolve("configuration.md"));
    for (var setting : literals(SETTING)) {
      assertThat(documented).as(setting).contains("`" + setting + "`");
    }
  }

  private static Set<String> literals(Pattern pattern) throws IOException {
    try (var files = Files.walk(Path.of("src/main/java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          // attributes of spans have such names too
          .filter(file -> !file.endsWith("Traces.java"))
          .flatMap(file -> pattern.matcher(text(file)).results())
          .map((MatchResult found) -> found.group(1))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
