package io.larder.api;

import io.larder.access.Credentials;
import io.larder.access.Identity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Tells of who sent a request, long after it came, whether they would still be let in. */
@RequestScoped
public class Presence {
  /** How long somebody is trusted whom the server has let in, since it cannot be asked again. */
  static final Duration SERVER_USER_MAX = Duration.ofMinutes(15);

  @Inject HttpServletRequest request;
  @Inject Sessions sessions;
  @Inject Credentials credentials;

  /**
   * To be asked later, on any thread: false once the key is no good any more, or the session is
   * over. That a session has ended on another node is seen when it has had no request here for as
   * long as it may be idle. While it cannot be told whether a key is good, everybody stays.
   */
  public BooleanSupplier lasting() {
    var key = Senders.key(request).filter(shown -> isKnown(credentials.identify(shown)));
    if (key.isPresent()) {
      return () -> isKnown(credentials.identify(key.get()));
    }
    var session =
        Optional.ofNullable(request.getHeader("Authorization") == null ? request : null)
            .map(unnamed -> unnamed.getSession(false))
            .filter(this::isGood);
    if (session.isPresent()) {
      return () -> isGood(session.get());
    }
    long begun = System.nanoTime();
    return () -> System.nanoTime() - begun < SERVER_USER_MAX.toNanos();
  }

  private boolean isGood(HttpSession session) {
    return sessions
        .find(session)
        .filter(now -> isKnown(credentials.recall(now.mark())))
        .isPresent();
  }

  private static boolean isKnown(Identity identity) {
    return !(identity instanceof Identity.Unknown);
  }
}
