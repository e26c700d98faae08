package io.larder.access;

import io.larder.digest.Sha256;
import io.larder.model.Caller;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells who presents a key: the administrator's of the configuration, or one made by Larder. */
public final class Credentials {
  private static final Caller ADMIN = new Caller("admin", "default", Set.of("user", "admin"));
  private static final Pattern FORM = Pattern.compile("[!-~]{1,512}");

  private final byte[] adminKeyHash;
  private final AdminMark adminMark;
  private final Near<ApiKey> keys;
  private final Uses uses;
  private final InstantSource clock;

  Credentials(AccessSettings settings, Near<ApiKey> keys, Uses uses, InstantSource clock) {
    this.adminKeyHash = Sha256.of(settings.adminKey());
    this.adminMark = new AdminMark(adminKeyHash);
    this.keys = keys;
    this.uses = uses;
    this.clock = clock;
  }

  /**
   * Who bears that key. The administrator's is compared by its hash, in constant time, and others
   * are looked up by theirs, so that how long it takes tells nothing of any key, not even its
   * length. What has not the form of a key is not looked up.
   */
  public Identity identify(String key) {
    if (!FORM.matcher(key).matches()) {
      return new Identity.Unknown();
    }
    var hash = Sha256.of(key);
    if (MessageDigest.isEqual(adminKeyHash, hash)) {
      return new Identity.Known(ADMIN);
    }
    if (!Secret.isOne(key)) {
      return new Identity.Unknown();
    }
    return find(HexFormat.of().formatHex(hash));
  }

  private Identity find(String hash) {
    return switch (keys.find(hash)) {
      case Near.Found.There<ApiKey>(ApiKey found) -> known(found);
      case Near.Found.Nothing<ApiKey> nothing -> new Identity.Unknown();
      case Near.Found.Unsure<ApiKey> unsure -> new Identity.Unsure();
    };
  }

  private Identity known(ApiKey key) {
    if (key.isOver(clock.instant())) {
      return new Identity.Unknown();
    }
    uses.note(key.id());
    return new Identity.Known(key.caller());
  }

  /**
   * By what a session remembers a key, so that it can be told later whether the key is still good.
   * Whoever reads it does not know the key.
   *
   * @param key one that {@link #identify} knows
   */
  public String mark(String key) {
    var hash = Sha256.of(key);
    return MessageDigest.isEqual(adminKeyHash, hash)
        ? adminMark.text()
        : HexFormat.of().formatHex(hash);
  }

  /** Who bears the key of that mark now. */
  public Identity recall(String mark) {
    if (!mark.startsWith(AdminMark.PREFIX)) {
      return find(mark);
    }
    return adminMark.is(mark) ? new Identity.Known(ADMIN) : new Identity.Unknown();
  }

  /** Whether the store, of keys and of sessions, answers now. */
  public boolean isAnswering() {
    return keys.isAnswering();
  }

  /** In whose name Larder does what the operator has configured. */
  public Caller administrator() {
    return ADMIN;
  }
}
