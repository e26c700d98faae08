package io.larder.cached;

import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import org.jspecify.annotations.Nullable;

/** Binds {@link CachePut} to {@link Caching}; holds no policy of its own. */
@CachePut(type = "")
@Interceptor
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
public class CachePutInterceptor {
  @Inject Caching caching;

  @AroundInvoke
  @Nullable Object put(InvocationContext call) throws Exception {
    return caching.put(call.getMethod(), call.getParameters(), call::proceed);
  }
}
