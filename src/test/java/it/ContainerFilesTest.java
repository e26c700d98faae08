package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of users of the containers against the guide, whose rights other tests try. */
class ContainerFilesTest {
  @ParameterizedTest
  @ValueSource(strings = {"cache", "state"})
  void users_haveTheRightsOfTheGuide(String store) throws IOException {
    var name = "user larder-" + store + " on ";
    var guide = rights(Files.readAllLines(Path.of("docs/guide/valkey.md")), name);
    var file = Files.readAllLines(Path.of("containers/users-" + store + ".acl"));

    assertThat(rights(file, name)).isEqualTo(guide).startsWith("resetkeys ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cache", "state"})
  void default_isOff_andKeepsItsRights_withWhichValkeyLoadsItsFile(String store)
      throws IOException {
    assertThat(Files.readAllLines(Path.of("containers/users-" + store + ".acl")))
        .contains("user default off resetpass ~* &* +@all")
        .noneMatch(line -> line.contains(">"));
  }

  /** What comes after the password in the line that begins so. */
  private static String rights(List<String> lines, String start) {
    var line = lines.stream().filter(one -> one.startsWith(start)).findFirst().orElseThrow();
    return line.substring(start.length()).split(" ", 2)[1];
  }
}
