package io.larder.inference;

import io.larder.model.Grant;
import io.larder.model.Wire;
import io.larder.provider.Provider;
import io.larder.provider.ProviderFailure;
import io.larder.provider.Providers;
import io.larder.provider.UnknownModel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The models of all providers, under the names by which Larder routes to them. */
public final class Models {
  private static final Logger LOG = System.getLogger(Models.class.getName());

  /** Who asks for one model after the other is not to cost vendors a list for each. */
  private static final Duration RECENT = Duration.ofSeconds(10);

  private final Providers providers;
  private final Waiters waiters;
  private final LongSupplier nanoTime;
  private volatile @Nullable Listed last;

  /**
   * Models.
   *
   * @param nanoTime a monotonic clock
   */
  Models(Providers providers, Waiters waiters, LongSupplier nanoTime) {
    this.providers = providers;
    this.waiters = waiters;
    this.nanoTime = nanoTime;
  }

  /**
   * Each model's description as its vendor gives it, by its name here: the bare one where that
   * leads to the vendor, {@code provider/model} where another provider comes first. A provider that
   * does not answer is left out.
   *
   * @throws ProviderFailure if none answers
   */
  public Map<String, Model> all() throws ProviderFailure {
    var lists = new ArrayList<FutureTask<List<Provider.Model>>>();
    for (var provider : providers.all()) {
      var list = new FutureTask<>(provider::models);
      lists.add(list);
      waiters.execute(list);
    }
    var all = new LinkedHashMap<String, Model>();
    Optional<ProviderFailure> failure = Optional.empty();
    int answered = 0;
    for (int i = 0; i < lists.size(); i++) {
      try {
        add(providers.all().get(i), await(lists.get(i)), all);
        answered++;
      } catch (ProviderFailure failed) {
        LOG.log(Level.WARNING, "no list of models: {0}", failed.getMessage());
        failure = Optional.of(failed);
      }
    }
    if (answered == 0 && failure.isPresent()) {
      throw failure.get();
    }
    return all;
  }

  /**
   * Those that a key allows, a few seconds old perhaps.
   *
   * @throws ProviderFailure if no provider answers
   */
  public List<Model> allowed(Grant grant) throws ProviderFailure {
    return recent().values().stream()
        .filter(model -> grant.allows(model.provider(), model.vendorId()))
        .toList();
  }

  /**
   * One model's description, a few seconds old perhaps.
   *
   * @throws UnknownModel if no provider lists it
   * @throws ModelRefused if the key does not allow it
   * @throws ProviderFailure if no provider answers
   */
  public Model one(Grant grant, String name) throws ProviderFailure {
    var model = recent().get(name);
    if (model == null) {
      throw new UnknownModel(name);
    }
    if (!grant.allows(model.provider(), model.vendorId())) {
      throw new ModelRefused(name);
    }
    return model;
  }

  private Map<String, Model> recent() throws ProviderFailure {
    var kept = last;
    if (kept == null || nanoTime.getAsLong() - kept.at() > RECENT.toNanos()) {
      kept = new Listed(all(), nanoTime.getAsLong());
      last = kept;
    }
    return kept.models();
  }

  /** A list, and when it was made. */
  private record Listed(Map<String, Model> models, long at) {}

  /**
   * A model.
   *
   * @param provider whose it is
   * @param name by which Larder routes to it
   * @param vendorId its name at the vendor
   * @param json the vendor's description
   */
  public record Model(String provider, String name, String vendorId, String json) {}

  private void add(Provider provider, List<Provider.Model> listed, Map<String, Model> all) {
    for (var model : listed) {
      var name = leadsTo(provider, model.id()) ? model.id() : provider.name() + "/" + model.id();
      all.putIfAbsent(name, new Model(provider.name(), name, model.id(), model.json()));
    }
  }

  private boolean leadsTo(Provider provider, String bare) {
    try {
      var wire = provider.speaks(Wire.OPENAI_CHAT) ? Wire.OPENAI_CHAT : Wire.ANTHROPIC_MESSAGES;
      var route = providers.routes(wire, bare).getFirst();
      return route.provider().equals(provider) && route.model().equals(bare);
    } catch (UnknownModel none) {
      return false;
    }
  }

  private static List<Provider.Model> await(FutureTask<List<Provider.Model>> list)
      throws ProviderFailure {
    try {
      return list.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof ProviderFailure failure) {
        throw failure;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while waiting for a list of models", stopped);
    }
  }
}
