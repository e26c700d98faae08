package io.larder.cached;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What fails a deployment, and how it is told. */
final class FaultsTest {

  /** Each method is wrong in one way. */
  @SuppressWarnings("unused")
  private abstract static class Wrong<T> {
    @Cached(type = "a")
    void nothing() {}

    @Cached(type = "a")
    abstract Void boxedNothing();

    @CachePut(type = "a")
    void putNothing() {}

    @Cached(type = "a")
    abstract CompletionStage<Void> laterNothing();

    @Cached(type = "a")
    abstract Stream<String> stream();

    @Cached(type = "a")
    abstract IntStream numbers();

    @Cached(type = "a")
    abstract ByteArrayInputStream input();

    @Cached(type = "a")
    abstract StreamingOutput output();

    @Cached(type = "a")
    abstract SseEventSink events();

    @Cached(type = "a")
    abstract Iterator<String> iterator();

    @Cached(type = "a")
    abstract Flow.Publisher<String> publisher();

    @Cached(type = "a")
    abstract CompletionStage<Stream<String>> laterStream();

    @Cached(type = "a")
    abstract Optional<Stream<String>> maybeStream();

    @Cached(type = "a")
    abstract Future<String> future();

    @Cached(type = "a")
    abstract Object anything();

    @Cached(type = "a")
    abstract List<?> list();

    @Cached(type = "a")
    abstract T generic();

    @Cached(type = "a")
    abstract Runnable action();

    @Cached(type = "a")
    private String hidden() {
      return "";
    }

    @Cached(type = "a")
    static String ofNobody() {
      return "";
    }

    @Cached(type = "a")
    final String fixed() {
      return "";
    }

    @Cached(type = "A_b")
    abstract String type();

    @Cached(type = "a", ttl = "10 minutes")
    abstract String ttl();

    @Cached(type = "a", ttl = "PT0.5S")
    abstract String shortTtl();

    @CachePut(type = "a", ttl = "P367D")
    abstract String longTtl();

    @Cached(type = "a", emptyTtl = "PT0S")
    abstract String emptyTtl();

    @Cached(type = "a", tags = "user:{ident}")
    abstract String place(String id);

    @Cached(type = "a", tags = "{1}")
    abstract String number(String id);

    @Cached(type = "a", tags = "{id")
    abstract String brace(String id);

    @Cached(type = "a", tags = " ")
    abstract String blank();

    @Cached(
        type = "a",
        tags = {
          "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
          "17"
        })
    abstract String many();

    abstract String keyOnly(@CacheKey String id);

    @CacheInvalidate
    abstract void whatever();

    @CacheInvalidate(type = "a")
    abstract void unmarked(String id);

    @CacheInvalidate(type = "a", tags = "x", all = true)
    abstract void both();

    @CacheInvalidate(all = true)
    abstract void allOfNothing();

    @CacheInvalidate(type = "A")
    abstract void badType();

    @Cached(type = "a")
    @CachePut(type = "a")
    abstract String two();
  }

  /** Nothing is wrong with these. */
  @SuppressWarnings("unused")
  private abstract static class Right {
    @Cached(type = "a1")
    abstract String text();

    @Cached(type = "a2")
    abstract byte[] bytes();

    @Cached(type = "a3")
    abstract int number();

    @Cached(type = "a4")
    abstract Response response();

    @Cached(type = "a5")
    abstract CompletionStage<Optional<Map<String, List<int[]>>>> later();

    @Cached(type = "a6")
    abstract CompletableFuture<Response> future();

    @Cached(
        type = "a7",
        tags = {"x", "user:{id}", "{0}-{1}"},
        emptyTtl = "PT1S",
        ttl = "P366D")
    abstract String tagged(@CacheKey String id, int other);

    @CachePut(type = "a7")
    abstract String put(@CacheKey String id, String value);

    @CacheInvalidate(type = "a7")
    abstract void invalidate(@CacheKey String id, String value);

    @CacheInvalidate(type = "a1")
    abstract void invalidateOnly();

    @CacheInvalidate(type = "a7", all = true)
    abstract void invalidateAll(String any);

    @CacheInvalidate(tags = "user:{id}")
    abstract CompletionStage<Void> invalidateTag(String id);

    @Cached(type = "a7")
    abstract String fewerKeys();
  }

  /** Two methods that would share values. */
  @SuppressWarnings("unused")
  private abstract static class Clash {
    @Cached(type = "users")
    abstract String name(String id);

    @Cached(type = "users")
    abstract String mail(@CacheKey String id, int other);
  }

  /** Annotated as a whole. */
  @Cached(type = "a")
  private static final class Whole {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nothing | void is nothing to keep",
        "boxedNothing | void is nothing to keep",
        "putNothing | void is nothing to keep",
        "laterNothing | void is nothing to keep",
        "stream | a stream (java.util.stream.BaseStream)",
        "numbers | a stream (java.util.stream.BaseStream)",
        "input | a stream (java.io.InputStream)",
        "output | a stream (jakarta.ws.rs.core.StreamingOutput)",
        "events | a stream (jakarta.ws.rs.sse.SseEventSink)",
        "iterator | a stream (java.util.Iterator)",
        "publisher | a stream (java.util.concurrent.Flow$Publisher)",
        "laterStream | a stream (java.util.stream.BaseStream)",
        "maybeStream | a stream (java.util.stream.BaseStream)",
        "future | cannot be read back",
        "anything | a java.lang.Object cannot be read back",
        "list | ? cannot be read back",
        "generic | T cannot be read back",
        "action | a java.lang.Runnable cannot be read back",
        "hidden | no interceptor can reach a private, static or final method",
        "ofNobody | no interceptor can reach",
        "fixed | no interceptor can reach",
        "type | type must match [a-z][a-z0-9-]{0,31}, was \"A_b\"",
        "ttl | ttl must be an ISO-8601 duration from PT1S to P366D, was \"10 minutes\"",
        "shortTtl | ttl must be",
        "longTtl | ttl must be",
        "emptyTtl | emptyTtl must be",
        "place | tag \"user:{ident}\" names {ident}, which is no parameter",
        "number | names {1}, which is no parameter",
        "brace | has a brace",
        "blank | must not be blank",
        "many | there may be 16 tags, were 17",
        "keyOnly | @CacheKey means nothing without",
        "whatever | nothing to invalidate: no type and no tags",
        "unmarked | nothing to invalidate: no tags, not all, and no parameter",
        "both | for tags or for all of a type, not for both",
        "allOfNothing | nothing to invalidate",
        "badType | type must match",
        "two | one of @Cached, @CachePut, not several"
      })
  void method_thatIsWrong_isToldOnceByItsName(String name, String message) {
    assertThat(Faults.of(Bean.method(Wrong.class, name)))
        .singleElement()
        .asString()
        .startsWith(Wrong.class.getName() + "." + name + ": ")
        .contains(message);
  }

  @Test
  void everyWrongMethod_isTested() {
    assertThat(Wrong.class.getDeclaredMethods()).hasSize(38);
  }

  @Test
  void methods_thatAreRight_haveNoFault() {
    var methods = Arrays.asList(Right.class.getDeclaredMethods());
    for (var method : methods) {
      assertThat(Faults.of(method)).as(method.getName()).isEmpty();
    }
    assertThat(Faults.among(methods)).isEmpty();
  }

  @Test
  void methods_thatWouldShareValues_areTold() {
    assertThat(Faults.among(List.of(Clash.class.getDeclaredMethods())))
        .singleElement()
        .asString()
        .contains("\"users\"", "Clash.name", "Clash.mail", "share values");
  }

  @Test
  void type_annotatedAsAWhole_isTold() {
    assertThat(Faults.of(Whole.class))
        .containsExactly(Whole.class.getName() + ": @Cached belongs on methods, not on the class");
    assertThat(Faults.of(CachedInterceptor.class)).isEmpty();
  }
}
