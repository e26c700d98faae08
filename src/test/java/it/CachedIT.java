package it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.larder.cached.CachedExtension;
import io.larder.cached.CurrentCaller;
import io.larder.model.Caller;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import java.io.File;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The annotations on beans and resources in the running server. */
@ExtendWith({InServerFiles.class, ArquillianExtension.class})
final class CachedIT {
  @Inject CachedSample.Users users;
  @Inject CachedSample.Calls calls;
  @Inject CurrentCaller current;
  @Inject BeanManager beans;

  @Deployment
  static WebArchive larder() {
    return ShrinkWrap.createFromZipFile(
            WebArchive.class, new File(System.getProperty("larder.war")))
        .addClasses(CachedIT.class, InServerFiles.class, CachedSample.class)
        .addClasses(CachedSample.class.getDeclaredClasses());
  }

  @Test
  void extension_ofTheArchive_isThere() {
    assertNotNull(beans.getExtension(CachedExtension.class));
  }

  @Test
  void bean_calledTwice_isCalledOnce() {
    var first = users.find("a");
    int before = calls.count();

    assertEquals(first, users.find("a"));
    assertNotEquals(first, users.find("b"));
    assertEquals(before + 1, calls.count());
  }

  @Test
  void bean_empty_isNotKept() {
    int before = calls.count();
    assertTrue(users.find("").isEmpty());
    assertTrue(users.find("").isEmpty());

    assertEquals(before + 2, calls.count());
  }

  @Test
  void bean_invalidatedByTagOrKey_isCalledAgain() {
    var first = users.find("c");
    users.changed("c");
    var second = users.find("c");
    users.dropped("c", true);

    assertNotEquals(first, second);
    assertNotEquals(second, users.find("c"));
  }

  @Test
  void bean_invalidationThrows_keepsTheValue() {
    var first = users.find("d");
    assertThrows(IllegalArgumentException.class, () -> users.dropped("d", false));

    assertEquals(first, users.find("d"));
  }

  @Test
  void bean_put_isWhatIsFound() {
    users.find("e");
    var renamed = users.rename("e", "new name");

    assertEquals(renamed, users.find("e"));
  }

  @Test
  void bean_throws_isNotKept() {
    var first = assertThrows(UnsupportedOperationException.class, users::fails);
    var second = assertThrows(UnsupportedOperationException.class, users::fails);

    assertNotEquals(first.getMessage(), second.getMessage());
  }

  @Test
  void bean_stage_isKept() {
    var first = users.later().toCompletableFuture().join();

    assertEquals(first, users.later().toCompletableFuture().join());
  }

  @Test
  void bean_callsItself_bypassesTheCache() {
    var first = users.itself("f");

    assertNotEquals(first, users.itself("f"));
  }

  @Test
  void bean_ofAUser_isTheirsAlone() {
    assertThrows(IllegalStateException.class, users::mine);
    current.set(new Caller("a", "t", Set.of()));
    var first = users.mine();
    assertEquals(first, users.mine());
    current.set(new Caller("b", "t", Set.of()));

    assertNotEquals(first, users.mine());
  }

  @Test
  @RunAsClient
  void resource_askedTwice_isTheSameEntityFromTheCache(@ArquillianResource URL url)
      throws Exception {
    var first = get(url, "api/it/things/1");
    var second = get(url, "api/it/things/1");

    assertEquals(200, first.statusCode(), first.body());
    assertTrue(first.body().contains("\"name\":\"ä"), first.body());
    assertEquals(first.body(), second.body());
    assertEquals("larder; fwd=uri-miss; stored", header(first, "Cache-Status"));
    assertTrue(header(second, "Cache-Status").matches("larder; hit; ttl=\\d+"));
    assertTrue(header(second, "Age").matches("\\d+"));
    assertEquals("own", header(second, "X-Own"));
    assertEquals(header(first, "Content-Type"), header(second, "Content-Type"));
    assertTrue(header(first, "Content-Type").startsWith("application/json"));
    assertTrue(header(first, "Set-Cookie").contains("secret"));
    assertEquals("", header(second, "Set-Cookie"));
    for (var answer : new HttpResponse<?>[] {first, second}) {
      assertEquals(1, answer.headers().allValues("Cache-Control").size());
      // with a cookie in the answer, the server adds no-cache=set-cookie by itself
      assertTrue(
          header(answer, "Cache-Control")
              .matches("private, max-age=\\d+(, no-cache=.*set-cookie.*)?"),
          header(answer, "Cache-Control"));
      assertTrue(header(answer, "Vary").contains("Authorization"));
      assertTrue(header(answer, "ETag").matches("\"[0-9a-f]{64}\""));
    }
    assertEquals(header(first, "ETag"), header(second, "ETag"));
  }

  @Test
  @RunAsClient
  void resource_ifNoneMatch_is304WithoutEntity(@ArquillianResource URL url) throws Exception {
    var tag = header(get(url, "api/it/things/2"), "ETag");
    for (var sent : new String[] {tag, "W/" + tag, "\"other\", " + tag, "*"}) {
      var again = get(url, "api/it/things/2", "If-None-Match", sent);
      assertEquals(304, again.statusCode(), sent);
      assertEquals("", again.body());
      assertEquals(tag, header(again, "ETag"));
      assertTrue(header(again, "Cache-Control").startsWith("private, max-age="));
      assertEquals("", header(again, "Content-Type"));
    }
    var changed = get(url, "api/it/things/2", "If-None-Match", "\"other\"");
    assertEquals(200, changed.statusCode());
  }

  @Test
  @RunAsClient
  void resource_invalidated_isAskedAgain(@ArquillianResource URL url) throws Exception {
    var first = get(url, "api/it/things/3");
    var dropped = send(request(url, "api/it/things/3").DELETE());
    var second = get(url, "api/it/things/3", "If-None-Match", header(first, "ETag"));

    assertEquals(204, dropped.statusCode());
    assertEquals(200, second.statusCode());
    assertNotEquals(first.body(), second.body());
  }

  @Test
  @RunAsClient
  void resource_withATagOfItsOwn_keepsIt(@ArquillianResource URL url) throws Exception {
    var first = get(url, "api/it/things/text/1");
    var second = get(url, "api/it/things/text/1");

    assertEquals("\"own\"", header(first, "ETag"));
    assertEquals("\"own\"", header(second, "ETag"));
    assertTrue(first.body().startsWith("ä"), first.body());
    assertEquals(first.body(), second.body());
  }

  @Test
  @RunAsClient
  void resource_thatMayNotBeKept_isAskedEachTime(@ArquillianResource URL url) throws Exception {
    for (var path : new String[] {"missing/1", "secret/1", "stream/1"}) {
      var first = get(url, "api/it/things/" + path);
      var second = get(url, "api/it/things/" + path);
      assertNotEquals(first.body(), second.body(), path);
      assertFalse(header(first, "Cache-Status").contains("stored"), path);
      assertEquals("no-store", header(first, "Cache-Control"), path);
    }
  }

  @Test
  @RunAsClient
  void resource_ofAUser_isKeptForTheCaller(@ArquillianResource URL url) throws Exception {
    var first = get(url, "api/it/things/mine/1");
    var second = get(url, "api/it/things/mine/1");

    assertEquals(200, first.statusCode());
    assertEquals(first.body(), second.body());
    assertTrue(header(second, "Cache-Status").startsWith("larder; hit"));
  }

  @Test
  @RunAsClient
  void models_askedTwice_areFromTheCache(@ArquillianResource URL url) throws Exception {
    var first = get(url, "v1/models");
    var second = get(url, "v1/models");
    var same = get(url, "v1/models", "If-None-Match", header(first, "ETag"));

    assertTrue(first.body().startsWith("{\"object\":\"list\",\"data\":["), first.body());
    assertEquals(first.body(), second.body());
    assertTrue(header(second, "Cache-Status").startsWith("larder; hit; ttl="));
    assertEquals(1, second.headers().allValues("Cache-Control").size());
    assertTrue(header(second, "Cache-Control").startsWith("private, max-age="));
    assertEquals(304, same.statusCode());
    assertEquals(401, send(HttpRequest.newBuilder(uri(url, "v1/models"))).statusCode());
  }

  private static HttpResponse<String> get(URL url, String path, String... headers)
      throws Exception {
    var request = request(url, path);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static HttpRequest.Builder request(URL url, String path) {
    return HttpRequest.newBuilder(uri(url, path)).header("Authorization", "Bearer it-admin-key");
  }

  private static URI uri(URL url, String path) {
    return URI.create(url + path);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return String.join(", ", answer.headers().allValues(name));
  }
}
