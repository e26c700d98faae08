package io.larder.inference;

import io.larder.cache.CacheSettings.Scope;
import java.util.List;
import java.util.stream.Collectors;

/** The caller asked to share answers with more people than the caller may. */
public final class ScopeRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ScopeRefused(Scope asked, List<Scope> allowed) {
    super(
        "Larder-Cache: scope may be "
            + allowed.stream().map(Asked::name).collect(Collectors.joining(", "))
            + " for this caller, was "
            + Asked.name(asked));
  }
}
