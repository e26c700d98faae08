package io.larder.cached;

import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.jspecify.annotations.Nullable;

/** Binds {@link Cached} to {@link Caching}; holds no policy of its own. */
@Cached(type = "")
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
public class CachedInterceptor {
  @Inject Caching caching;

  @AroundInvoke
  @Nullable Object answer(InvocationContext call) throws Exception {
    return caching.answer(call.getMethod(), call.getParameters(), call::proceed);
  }
}
