package it;

import io.larder.api.ConditionalRequests;
import io.larder.api.ProblemErrors;
import io.larder.cached.CacheInvalidate;
import io.larder.cached.CacheKey;
import io.larder.cached.CachePut;
import io.larder.cached.Cached;
import io.larder.cached.Scope;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** What an application that uses the annotations looks like. */
final class CachedSample {
  private CachedSample() {}

  /** Data. */
  public record User(String id, String name, List<Integer> numbers) {}

  /** Counts the calls of all methods. */
  @ApplicationScoped
  public static class Calls {
    private final AtomicInteger count = new AtomicInteger();

    public int next() {
      return count.incrementAndGet();
    }

    public int count() {
      return count.get();
    }
  }

  /** A bean. */
  @ApplicationScoped
  public static class Users {
    @Inject Calls calls;

    @Cached(type = "it-users", tags = "user:{id}")
    public Optional<User> find(String id) {
      int call = calls.next();
      return id.isEmpty() ? Optional.empty() : Optional.of(new User(id, "n" + call, List.of(call)));
    }

    @CachePut(type = "it-users", tags = "user:{id}")
    public Optional<User> rename(@CacheKey String id, String name) {
      return Optional.of(new User(id, name, List.of()));
    }

    @CacheInvalidate(tags = "user:{id}")
    public void changed(String id) {}

    @CacheInvalidate(type = "it-users")
    public void dropped(@CacheKey String id, boolean really) {
      if (!really) {
        throw new IllegalArgumentException("no");
      }
    }

    @Cached(type = "it-fails")
    public String fails() {
      throw new UnsupportedOperationException("call " + calls.next());
    }

    @Cached(type = "it-mine", scope = Scope.USER)
    public String mine() {
      return "m" + calls.next();
    }

    @Cached(type = "it-later")
    public CompletionStage<List<User>> later() {
      return CompletableFuture.completedFuture(
          List.of(new User("l", "n" + calls.next(), List.of())));
    }

    public Optional<User> itself(String id) {
      return find(id);
    }
  }

  /** A resource. */
  @Path("things")
  @RequestScoped
  @Produces(MediaType.APPLICATION_JSON)
  public static class Things {
    @Inject Calls calls;

    @GET
    @Path("{id}")
    @Cached(type = "it-things", tags = "thing:{id}")
    public Response thing(@PathParam("id") String id) {
      int call = calls.next();
      return Response.ok(new User(id, "ä" + call, List.of(call)))
          .header("X-Own", "own")
          .cookie(new NewCookie.Builder("session").value("secret").build())
          .build();
    }

    @DELETE
    @Path("{id}")
    @CacheInvalidate(tags = "thing:{id}")
    public void drop(@PathParam("id") String id) {}

    @GET
    @Path("text/{id}")
    @Produces(MediaType.TEXT_PLAIN)
    @Cached(type = "it-text")
    public Response text(@PathParam("id") String id) {
      return Response.ok("ä" + calls.next()).tag("own").build();
    }

    @GET
    @Path("missing/{id}")
    @Cached(type = "it-missing")
    public Response missing(@PathParam("id") String id) {
      return Response.status(404).entity("{\"call\":" + calls.next() + "}").build();
    }

    @GET
    @Path("secret/{id}")
    @Cached(type = "it-secret")
    public Response secret(@PathParam("id") String id) {
      return Response.ok("{\"call\":" + calls.next() + "}")
          .header("Cache-Control", "no-store")
          .build();
    }

    @GET
    @Path("stream/{id}")
    @Cached(type = "it-stream")
    public Response stream(@PathParam("id") String id) {
      var body = "{\"call\":" + calls.next() + "}";
      return Response.ok((StreamingOutput) out -> out.write(body.getBytes(StandardCharsets.UTF_8)))
          .build();
    }

    @GET
    @Path("mine/{id}")
    @Cached(type = "it-my-thing", scope = Scope.USER)
    public CompletionStage<Response> mine(@PathParam("id") String id) {
      return CompletableFuture.completedFuture(
          Response.ok("{\"call\":" + calls.next() + "}").build());
    }
  }

  /** Below {@code /api}, so that callers are identified. */
  @ApplicationPath("/api/it")
  public static class Door extends Application {
    @Override
    public Set<Class<?>> getClasses() {
      return Set.of(Things.class, ConditionalRequests.class, ProblemErrors.class);
    }
  }
}
