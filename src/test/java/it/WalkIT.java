package it;

import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A walk past every door that the server describes: who gets in, and that none of them falls. */
final class WalkIT {
  /** What users may call below {@code /api}; everything else there is for administrators. */
  private static final Set<String> FOR_USERS =
      Set.of(
          "POST /api/session",
          "DELETE /api/session",
          "GET /api/sessions",
          "DELETE /api/sessions",
          "DELETE /api/sessions/{id}",
          "GET /api/me",
          "GET /api/limits",
          "GET /api/conversations",
          "POST /api/conversations",
          "POST /api/conversations/import",
          "GET /api/conversations/{id}",
          "PATCH /api/conversations/{id}",
          "DELETE /api/conversations/{id}",
          "GET /api/conversations/{id}/export",
          "POST /api/conversations/{id}/messages",
          "GET /api/cache",
          "GET /api/cache/entries/{key}",
          "DELETE /api/cache/entries/{key}",
          "GET /api/events",
          "GET /api/keys",
          "POST /api/keys",
          "DELETE /api/keys/{id}",
          "POST /api/keys/{id}/rotate");

  /** Where a stranger may knock: what it says is wrong, but not that it says it. */
  private static final String SIGN_IN = "POST /api/session";

  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "patch", "head", "options");

  /**
   * A method of an endpoint.
   *
   * @param path with its parameters in braces
   */
  private record Door(String method, String path) {
    HttpResponse<byte[]> open(String key) {
      var request =
          HttpRequest.newBuilder(LARDER.uri(path.replaceAll("\\{[^}]*}", "x")))
              .header("Content-Type", "application/json")
              .method(
                  method,
                  method.equals("GET")
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString("{\"x\":1}"));
      if (!key.isEmpty()) {
        request.header("Authorization", "Bearer " + key);
      }
      return LarderProcess.look(request.build());
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private static List<Door> doors() {
    var description =
        json(
            LarderProcess.send(HttpRequest.newBuilder(LARDER.uri("/openapi?format=JSON")).build()));
    var doors = new ArrayList<Door>();
    for (var path : description.get("paths").properties()) {
      for (var method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          doors.add(new Door(method.getKey().toUpperCase(Locale.ROOT), path.getKey()));
        }
      }
    }
    assertThat(doors).hasSizeGreaterThan(20);
    return doors;
  }

  @Test
  void stranger_anyDoor_is401InItsShape() {
    for (var door : doors()) {
      for (var key : new String[] {"", "wrong", "lk_" + "a".repeat(43), "x".repeat(600)}) {
        var answer = door.open(key);
        if (door.toString().equals(SIGN_IN)) {
          assertThat(answer.statusCode()).isEqualTo(400);
          continue;
        }
        assertThat(answer.statusCode()).as("%s with '%s'", door, key).isEqualTo(401);
        assertThat(text(answer))
            .as(door.toString())
            .startsWith(door.path().startsWith("/v1/") ? "{" : "{\"type\":\"about:blank\"")
            .contains("invalid_api_key");
        assertThat(header(answer, "WWW-Authenticate")).isEqualTo("Bearer realm=\"larder\"");
      }
    }
  }

  @Test
  void user_anyDoor_isTurnedAwayWhereItIsTheAdministrators() {
    var key = json(new Api(LARDER).post("/api/keys", "{\"owner\":\"walker\"}"));
    for (var door : doors()) {
      var answer = door.open(key.get("key").asText());
      boolean mayEnter = door.path().startsWith("/v1/") || FOR_USERS.contains(door.toString());
      if (mayEnter) {
        assertThat(answer.statusCode())
            .as("%s: %s", door, text(answer))
            .isLessThan(500)
            .isNotIn(401, 403);
      } else {
        assertThat(answer.statusCode()).as("%s: %s", door, text(answer)).isEqualTo(403);
      }
    }
  }

  @Test
  void administrator_anyDoor_neverFalls() {
    long before = failures();
    for (var door : doors()) {
      var answer = door.open(LarderProcess.KEY);
      assertThat(answer.statusCode())
          .as("%s: %s", door, text(answer))
          .isLessThan(500)
          .isNotIn(401, 403);
    }
    assertThat(failures()).isEqualTo(before);
  }

  @Test
  void session_withoutItsToken_changesNothingAnywhere() {
    var browser = Browser.signIn(LARDER, LarderProcess.KEY);
    for (var door : doors()) {
      if (!door.method().equals("GET") && !door.toString().equals(SIGN_IN)) {
        var answer = browser.forged(door.method(), door.path().replaceAll("\\{[^}]*}", "x"), "{}");
        assertThat(answer.statusCode()).as("%s: %s", door, text(answer)).isEqualTo(403);
        assertThat(text(answer)).contains("csrf_token_invalid");
      }
    }
    assertThat(browser.isKnown()).isTrue();
  }

  private static long failures() {
    return LARDER.log().lines().filter(line -> line.contains("request failed")).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/openapi", "/health", "/health/ready", "/metrics"})
  void stranger_publicDoor_isOpen(String path) {
    assertThat(LarderProcess.send(HttpRequest.newBuilder(LARDER.uri(path)).build()).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "api_key", "apikey", "x-api-key", "access_token"})
  void key_inTheUrl_isIgnored(String name) {
    for (var path : new String[] {"/api/me", "/v1/models"}) {
      var uri = LARDER.uri(path + "?" + name + "=" + LarderProcess.KEY);
      assertThat(LarderProcess.send(HttpRequest.newBuilder(uri).build()).statusCode())
          .isEqualTo(401);
    }
  }
}
