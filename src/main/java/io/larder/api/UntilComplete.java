package io.larder.api;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A request on whose complete response something waits. Listens from the moment on in which the
 * response is put off: later it may be complete already.
 */
final class UntilComplete extends HttpServletRequestWrapper implements AsyncListener {
  private final Runnable then;
  private final AtomicBoolean isDone = new AtomicBoolean();

  private UntilComplete(HttpServletRequest request, Runnable then) {
    super(request);
    this.then = then;
  }

  /**
   * Goes on with a request.
   *
   * @param then what to do, once, when the response is complete or has failed, on whatever thread
   */
  static void goOn(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain, Runnable then)
      throws IOException, ServletException {
    var observed = new UntilComplete(request, then);
    try {
      chain.doFilter(observed, response);
    } finally {
      if (!observed.isAsyncStarted()) {
        observed.done();
      }
    }
  }

  private void done() {
    if (isDone.compareAndSet(false, true)) {
      then.run();
    }
  }

  @Override
  public AsyncContext startAsync() {
    return listened(super.startAsync());
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    return listened(super.startAsync(request, response));
  }

  private AsyncContext listened(AsyncContext context) {
    context.addListener(this);
    return context;
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    event.getAsyncContext().addListener(this);
  }

  @Override
  public void onComplete(AsyncEvent event) {
    done();
  }

  @Override
  public void onError(AsyncEvent event) {
    done();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    done();
  }
}
