package io.larder.ratelimit;

import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Live settings under {@code larder.limits}; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param user policies of each user
 * @param userIsDefault whether those are the shipped ones, which spare the bootstrap administrator
 * @param providers policies of each provider that has some, over all users and nodes
 * @param stranger policies of each address from which wrong keys come; they count requests alone
 * @param onOutage what happens while Valkey is out of reach
 */
public record LimitSettings(
    List<Policy> user,
    boolean userIsDefault,
    Map<String, List<Policy>> providers,
    List<Policy> stranger,
    OnOutage onOutage) {
  private static final String USER = "larder.limits.user";
  private static final String PROVIDER = "larder.limits.provider.";
  private static final String STRANGER = "larder.limits.stranger";
  private static final String RANGE =
      "policies, comma separated: NAME?requests=N;w=SECONDS, tokens=N;w=SECONDS, concurrent=N";

  /** What limits do while Valkey is out of reach. */
  public enum OnOutage {
    /** Each node counts for itself. */
    LOCAL,
    /** Everybody goes on. */
    OPEN,
    /** Nobody goes on: 503. */
    CLOSED
  }

  public LimitSettings {
    user = List.copyOf(user);
    providers = Map.copyOf(providers);
    stranger = List.copyOf(stranger);
  }

  static LimitSettings from(Settings settings) {
    var providers = new HashMap<String, List<Policy>>();
    for (var name : settings.names()) {
      if (name.startsWith(PROVIDER)) {
        providers.put(name.substring(PROVIDER.length()), policies("provider", name, settings));
      }
    }
    return new LimitSettings(
        policies("user", USER, settings),
        settings.isDefault(USER),
        providers,
        strangers(settings),
        settings.oneOf("larder.limits.on-outage", OnOutage.class));
  }

  /** What failed to get in has no tokens, no model and no time that it takes. */
  private static List<Policy> strangers(Settings settings) {
    var policies = policies("stranger", STRANGER, settings);
    for (var policy : policies) {
      if (policy.unit() != Unit.REQUESTS || policy.model().isPresent()) {
        throw new InvalidSetting(
            STRANGER,
            "policies of requests alone: NAME?requests=N;w=SECONDS, comma separated",
            policy.name() + " of " + policy.unit().word());
      }
    }
    return policies;
  }

  private static List<Policy> policies(String subject, String name, Settings settings) {
    var text = settings.text(name).orElse("");
    if (text.equals("none")) {
      return List.of();
    }
    try {
      return Policies.parse(subject, text);
    } catch (Policies.Malformed mistake) {
      throw new InvalidSetting(name, RANGE, text + " (" + mistake.getMessage() + ")");
    }
  }

  /** Policies of a provider; none for one that has none. */
  public List<Policy> provider(String name) {
    return providers.getOrDefault(name, List.of());
  }
}
