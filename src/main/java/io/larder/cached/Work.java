package io.larder.cached;

import org.jspecify.annotations.Nullable;

/** The annotated method, ready to be called. */
@FunctionalInterface
interface Work {
  @Nullable Object call() throws Exception;
}
