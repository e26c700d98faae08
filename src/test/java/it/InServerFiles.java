package it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lays out the server that Arquillian starts: the shipped configuration without its application,
 * which the test brings itself, and with what Arquillian needs to reach into the server.
 */
final class InServerFiles implements BeforeAllCallback {
  private static final String OVERRIDES =
      """
      <server>
        <featureManager>
          <feature>pages</feature>
          <feature>localConnector-1.0</feature>
        </featureManager>
        <applicationMonitor updateTrigger="mbean"/>
        <variable name="larder.http.port" value="9189"/>
      </server>
      """;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    var folder = System.getProperty("larder.wlp");
    if (folder == null) {
      // inside the server, where the test runs once more as its own guest
      return;
    }
    var wlp = Path.of(folder);
    var built = wlp.resolve("usr/servers/larder");
    var server = wlp.resolve("../../it/in-server/servers/larder-it").normalize();
    Files.createDirectories(server.resolve("configDropins/overrides"));
    Files.createDirectories(server.resolve("dropins"));
    for (var file : new String[] {"jvm.options", "server.env"}) {
      Files.copy(built.resolve(file), server.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    var xml = Files.readString(built.resolve("server.xml"));
    Files.writeString(
        server.resolve("server.xml"),
        xml.replaceAll("<webApplication [^>]*/>", "")
            .replaceAll("<applicationMonitor [^>]*/>", ""));
    Files.writeString(server.resolve("configDropins/overrides/arquillian.xml"), OVERRIDES);
  }
}
