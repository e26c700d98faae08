package io.larder.cached;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Completion stages whose failures arrive as they were thrown, not wrapped once more. */
final class Stages {
  private Stages() {}

  /** A stage like that one with its value replaced; null for null. */
  static @Nullable CompletionStage<@Nullable Object> then(
      @Nullable Object result,
      Function<@Nullable Object, @Nullable Object> then,
      Consumer<Throwable> failed) {
    if (!(result instanceof CompletionStage<?> stage)) {
      failed.accept(new IllegalStateException("a method returned null in place of a stage"));
      return null;
    }
    var promise = new CompletableFuture<@Nullable Object>();
    var unused =
        stage.whenComplete(
            (value, failure) -> {
              if (failure != null) {
                failed.accept(cause(failure));
                promise.completeExceptionally(cause(failure));
                return;
              }
              try {
                promise.complete(then.apply(value));
              } catch (Throwable unexpected) {
                failed.accept(unexpected);
                promise.completeExceptionally(unexpected);
              }
            });
    return promise;
  }

  /** Completes a promise with the stage that work returns. */
  static void pass(Work work, CompletableFuture<@Nullable Object> promise) {
    try {
      if (work.call() instanceof CompletionStage<?> stage) {
        var unused =
            stage.whenComplete(
                (value, failure) -> {
                  if (failure == null) {
                    promise.complete(value);
                  } else {
                    promise.completeExceptionally(cause(failure));
                  }
                });
      } else {
        promise.complete(null);
      }
    } catch (Throwable failure) {
      promise.completeExceptionally(failure);
    }
  }

  /** What was thrown, out of what stages wrap around it. */
  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
