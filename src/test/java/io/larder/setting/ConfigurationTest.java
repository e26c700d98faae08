package io.larder.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is written about settings is true: documentation, shipped defaults and server.xml agree. */
final class ConfigurationTest {
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(larder\\.[^`]+)`[^|]*\\| (?:`([^`]*)`|([^|]*?)) ?[^|]*\\|.*", Pattern.MULTILINE);
  private static final Pattern VARIABLE =
      Pattern.compile("<variable name=\"(larder\\.[^\"]+)\" (?:defaultValue|value)=\"([^\"]*)\"");

  @Test
  void documentation_everyDefault_isTheShippedOne() throws IOException {
    var documented = documented();
    MapConfig.defaults()
        .forEach(
            (name, value) -> {
              if (name.toString().startsWith("larder.")) {
                assertThat(documented).containsEntry(name.toString(), value.toString());
              }
            });
  }

  @Test
  void documentation_everySetting_isInServerXml() throws IOException {
    var shown = new TreeSet<String>();
    var xml = VARIABLE.matcher(Files.readString(Path.of("server-config/server.xml")));
    while (xml.find()) {
      shown.add(xml.group(1).replaceAll("provider\\.(openai|local)(?=\\.|$)", "provider.<name>"));
    }
    var documented = documented();
    for (var name : shown) {
      assertThat(documented)
          .containsKey(name.replace("<name>", documented.containsKey(name) ? "<name>" : "*"));
    }
    for (var name :
        new String[] {
          "larder.cache.scope", "larder.cache.ttl.chat", "larder.valkey.uri", "larder.providers"
        }) {
      assertThat(shown).contains(name);
    }
  }

  @Test
  void serverXml_everyValue_isTheDefault() throws IOException {
    var defaults = MapConfig.defaults();
    var xml = VARIABLE.matcher(Files.readString(Path.of("server-config/server.xml")));
    while (xml.find()) {
      if (defaults.containsKey(xml.group(1))) {
        assertThat(xml.group(2)).as(xml.group(1)).isEqualTo(defaults.getProperty(xml.group(1)));
      }
    }
  }

  @Test
  void environment_everySettingOfAProvider_isKnown() throws IOException {
    for (var name : documented().keySet()) {
      if (name.startsWith("larder.provider.")) {
        var setting = name.replaceAll("larder\\.provider\\.[^.]+\\.", "larder.provider.my-own.");
        var source = new EnvironmentConfigSource(Map.of(Settings.variable(setting), "x"));
        assertThat(source.getPropertyNames()).containsExactly(setting);
      }
    }
  }

  private static Map<String, String> documented() throws IOException {
    var documented = new TreeMap<String, String>();
    var rows = ROW.matcher(Files.readString(Path.of("docs/reference/configuration.md")));
    while (rows.find()) {
      documented.put(rows.group(1), rows.group(2) == null ? "" : rows.group(2));
    }
    assertThat(documented).hasSizeGreaterThan(20);
    return documented;
  }
}
