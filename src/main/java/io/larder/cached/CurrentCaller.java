package io.larder.cached;

import io.larder.model.Caller;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who asks in the current request, for keys of a scope; whoever identifies the caller sets it. */
public class CurrentCaller {
  private @Nullable Caller caller;

  /** Tells who it is. */
  public void set(Caller identified) {
    caller = identified;
  }

  /** Who it is, unless nobody has been identified. */
  public Optional<Caller> caller() {
    return Optional.ofNullable(caller);
  }
}
