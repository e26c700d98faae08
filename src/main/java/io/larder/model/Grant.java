package io.larder.model;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What of the inference a key gives its bearer.
 *
 * @param models which may be asked: globs of a provider's name, a slash and the name there, or of
 *     that name alone; empty = all
 * @param scopes with whom answers may be shared, of those with whom the user may: {@code user},
 *     {@code tenant}, {@code global}; empty = with all of those
 */
public record Grant(List<Glob> models, Set<String> scopes) {
  /** All that the user may have. */
  public static final Grant ALL = new Grant(List.of(), Set.of());

  public Grant {
    models = List.copyOf(models);
    scopes = Set.copyOf(scopes);
  }

  /** The same, from globs as they are written. */
  public static Grant of(Collection<String> models, Set<String> scopes) {
    return new Grant(models.stream().map(Glob::new).toList(), scopes);
  }

  /** Whether a model of a provider may be asked. */
  public boolean allows(String provider, String model) {
    var full = provider + "/" + model;
    return models.isEmpty()
        || models.stream().anyMatch(glob -> glob.matches(full) || glob.matches(model));
  }

  /** Whether answers may be shared with these. */
  public boolean allows(String scope) {
    return scopes.isEmpty() || scopes.contains(scope);
  }

  /** This, and where it says nothing what the other says. */
  public Grant or(Grant other) {
    return new Grant(
        models.isEmpty() ? other.models : models, scopes.isEmpty() ? other.scopes : scopes);
  }

  /**
   * Whether nobody can do anything with the other that this does not give. Says no where that
   * cannot be told from each single glob.
   */
  public boolean covers(Grant other) {
    boolean ofModels =
        models.isEmpty()
            || (!other.models.isEmpty()
                && other.models.stream()
                    .allMatch(glob -> models.stream().anyMatch(mine -> mine.covers(glob))));
    boolean ofScopes =
        scopes.isEmpty() || (!other.scopes.isEmpty() && scopes.containsAll(other.scopes));
    return ofModels && ofScopes;
  }

  /** The globs, as they are written. */
  public List<String> modelTexts() {
    return models.stream().map(Glob::text).toList();
  }
}
