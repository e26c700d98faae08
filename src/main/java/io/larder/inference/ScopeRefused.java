package io.larder.inference;

import io.larder.cache.CacheSettings.Scope;
import java.util.Locale;

/** The caller asked to share answers with more people than the caller may. */
public final class ScopeRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ScopeRefused(Scope asked, Scope allowed) {
    super(
        "Larder-Cache: scope may be at most "
            + allowed.name().toLowerCase(Locale.ROOT)
            + " for this caller, was "
            + asked.name().toLowerCase(Locale.ROOT));
  }
}
