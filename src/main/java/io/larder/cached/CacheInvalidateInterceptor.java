package io.larder.cached;

import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.jspecify.annotations.Nullable;

/** Binds {@link CacheInvalidate} to {@link Caching}; holds no policy of its own. */
@CacheInvalidate
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
public class CacheInvalidateInterceptor {
  @Inject Caching caching;

  @AroundInvoke
  @Nullable Object invalidate(InvocationContext call) throws Exception {
    return caching.invalidate(call.getMethod(), call.getParameters(), call::proceed);
  }
}
