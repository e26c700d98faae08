package it;

import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Users of an LDAP directory, configured as the guide says. */
final class DirectoryUsersIT {
  private static InMemoryDirectoryServer directory;
  private static LarderProcess larder;

  @BeforeAll
  static void start() throws Exception {
    var base = "dc=example,dc=com";
    var config = new InMemoryDirectoryServerConfig(base);
    config.addAdditionalBindCredentials("cn=larder," + base, "directory-password");
    config.setListenerConfigs(
        new InMemoryListenerConfig("plain", InetAddress.getLoopbackAddress(), 0, null, null, null));
    directory = new InMemoryDirectoryServer(config);
    directory.add("dn: " + base, "objectClass: domain", "dc: example");
    for (var user : new String[] {"bob", "root", "nobody"}) {
      directory.add(
          "dn: uid=" + user + "," + base,
          "objectClass: inetOrgPerson",
          "uid: " + user,
          "cn: " + user,
          "sn: " + user,
          "userPassword: " + user + "s-password");
    }
    group("user", "bob", base);
    group("admin", "root", base);
    directory.startListening();
    larder =
        LarderProcess.start(
            "directory-users",
            Map.of(),
            Map.of(
                "directory.xml",
                ServerUsersIT.guide("ldapRegistry")
                    .replace("ldap.example.com", "127.0.0.1")
                    .replace("port=\"389\"", "port=\"" + directory.getListenPort() + "\"")
                    .replace("bindPassword=\"…\"", "bindPassword=\"directory-password\"")));
  }

  private static void group(String name, String member, String base) throws Exception {
    directory.add(
        "dn: cn=" + name + "," + base,
        "objectClass: groupOfNames",
        "cn: " + name,
        "member: uid=" + member + "," + base);
  }

  @AfterAll
  static void stop() {
    larder.close();
    directory.shutDown(true);
  }

  private static HttpResponse<byte[]> me(String user, String password) {
    var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return LarderProcess.send(
        HttpRequest.newBuilder(larder.uri("/api/me"))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair))
            .build());
  }

  @Test
  void password_ofTheDirectory_isItsUserWithItsRoles() {
    assertThat(text(me("bob", "bobs-password")))
        .startsWith("{\"name\":\"bob\",\"tenant\":\"default\",\"roles\":[\"user\"],");
    assertThat(text(me("root", "roots-password")))
        .startsWith("{\"name\":\"root\",\"tenant\":\"default\",\"roles\":[\"admin\",\"user\"],");
    assertThat(me("nobody", "nobodys-password").statusCode()).as("in no group").isEqualTo(403);
  }

  @Test
  void password_wrongOrForged_isNobodys() {
    assertThat(me("bob", "roots-password").statusCode()).isEqualTo(401);
    assertThat(me("bob", "").statusCode()).as("an unauthenticated bind").isEqualTo(401);
    assertThat(me("*", "bobs-password").statusCode()).isEqualTo(401);
    assertThat(me("bob)(cn=*", "bobs-password").statusCode()).isEqualTo(401);
    assertThat(larder.log()).doesNotContain("s-password").doesNotContain("directory-password");
  }

  /** Nobody is let in, and whoever shows a key does not notice. */
  @Test
  void directory_thatIsDown_letsNobodyInAndKeysOn() throws Exception {
    int port = directory.getListenPort();
    directory.shutDown(true);
    try {
      assertThat(me("bob", "not-asked-before").statusCode()).isEqualTo(401);
      assertThat(LarderProcess.send(larder.request("/api/me").build()).statusCode()).isEqualTo(200);
    } finally {
      directory.startListening();
    }
    assertThat(directory.getListenPort()).isEqualTo(port);
  }
}
