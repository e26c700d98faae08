package io.larder.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.digest.Sha256;
import io.larder.model.Caller;
import io.larder.model.Caller.KeyLimits;
import io.larder.model.Grant;
import io.larder.setting.InvalidSetting;
import io.larder.setting.MapConfig;
import io.larder.valkey.TestValkey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The administrator's key, and keys that were made, and nothing like them, let in. */
final class CredentialsTest {
  private static final Caller ADMIN = new Caller("admin", "default", Set.of("user", "admin"));

  private Instant now = Instant.parse("2026-05-01T00:00:00Z");
  private final Outage store = new Outage();
  private final Near<ApiKey> near = new Near<>(store::find, this::nanos);
  private final Uses uses = new Uses(store::used, () -> now, "uses");
  private final Keys keys = new Keys(store, near, () -> now);
  private final Credentials credentials =
      new Credentials(new AccessSettings("s3cret"), near, uses, () -> now);

  /** Keys in memory, out of reach when a test wants it; counts how often it is asked. */
  private final class Outage implements KeyStore {
    private final MemoryKeys keys = new MemoryKeys(() -> now);
    private boolean down;
    private int finds;

    /** What somebody else does while a key is being looked up, or a new one kept. */
    private Runnable meanwhile = () -> {};

    private MemoryKeys keys() {
      if (down) {
        throw TestValkey.unavailable();
      }
      return keys;
    }

    private void others() {
      var once = meanwhile;
      meanwhile = () -> {};
      once.run();
    }

    @Override
    public boolean keep(ApiKey key) {
      others();
      return keys().keep(key);
    }

    @Override
    public boolean replace(ApiKey key) {
      return keys().replace(key);
    }

    @Override
    public Optional<ApiKey> find(String hash) {
      finds++;
      var found = keys().find(hash);
      others();
      return found;
    }

    @Override
    public Optional<ApiKey> named(String id) {
      return keys().named(id);
    }

    @Override
    public boolean remove(ApiKey key) {
      return keys().remove(key);
    }

    @Override
    public List<Keys.Listed> of(String subject) {
      return keys().of(subject);
    }

    @Override
    public Keys.Page some(String cursor, int limit) {
      return keys().some(cursor, limit);
    }

    @Override
    public void used(String id, Instant when) {
      keys().used(id, when);
    }
  }

  @AfterEach
  void close() {
    uses.close();
  }

  private long nanos() {
    return Duration.between(Instant.EPOCH, now).toNanos();
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private Making.Made make(Caller by, Wish wish) {
    return (Making.Made) keys.make(by, wish);
  }

  private static Wish wish(String owner, String... roles) {
    return new Wish(
        Optional.of(owner),
        Optional.of("t"),
        Set.of(roles),
        Optional.empty(),
        Grant.ALL,
        Optional.empty());
  }

  private static Wish nothing() {
    return new Wish(
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Grant.ALL,
        Optional.empty());
  }

  private Caller caller(String key) {
    return ((Identity.Known) credentials.identify(key)).caller();
  }

  private Making.Made anna() {
    return make(ADMIN, wish("anna"));
  }

  @Test
  void identify_theKey_isTheAdministrator() {
    assertThat(caller("s3cret")).isEqualTo(credentials.administrator());
    store.down = true;
    assertThat(caller("s3cret").isAdmin()).isTrue();
  }

  @Test
  void identify_whatIsNoKey_isNobodyWithoutALookup() {
    for (var key :
        new String[] {
          "",
          "s3cre",
          "s3cret ",
          "S3CRET",
          "s3cretx",
          "\u0000",
          "é".repeat(10_000),
          "x".repeat(513),
          "lk_" + "a".repeat(42),
          "lk_" + "a".repeat(44),
          "lk_" + "a".repeat(42) + "=",
          "LK_" + "a".repeat(43),
          "lk_" + "a".repeat(42) + "é",
          "lk_" + "a".repeat(43) + "\n",
          "lk_" + "a".repeat(600)
        }) {
      assertThat(credentials.identify(key)).as(key).isEqualTo(new Identity.Unknown());
    }
    assertThat(store.finds).isZero();
  }

  @Test
  void identify_aMadeKey_isItsOwner() {
    var expires = Optional.of(now.plusSeconds(60));
    var made =
        make(
            ADMIN,
            new Wish(
                Optional.of("anna"),
                Optional.of("t"),
                Set.of(),
                Optional.of("requests=1"),
                Grant.ALL,
                expires));

    assertThat(made.secret().text()).matches("lk_[A-Za-z0-9_-]{43}");
    assertThat(caller(made.secret().text()))
        .isEqualTo(
            new Caller(
                "anna",
                "t",
                Set.of("user"),
                limits("requests=1", made.key().id()),
                Grant.ALL,
                expires));
  }

  @Test
  void identify_expired_isNobodyAtOnce() {
    var made =
        make(
            ADMIN,
            new Wish(
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                Grant.ALL,
                Optional.of(now.plusMillis(100))));
    assertThat(credentials.identify(made.secret().text())).isInstanceOf(Identity.Known.class);
    pass(Duration.ofMillis(100));

    assertThat(credentials.identify(made.secret().text())).isEqualTo(new Identity.Unknown());
  }

  @Test
  void identify_withinASecond_asksTheStoreOnce() {
    var key = anna().secret().text();
    var unknown = Secret.make(new SecureRandom()).text();
    for (int i = 0; i < 5; i++) {
      caller(key);
      assertThat(credentials.identify(unknown)).isEqualTo(new Identity.Unknown());
    }
    assertThat(store.finds).isEqualTo(2);
    pass(Near.FRESH);
    caller(key);
    assertThat(store.finds).isEqualTo(3);
  }

  @Test
  void identify_removedByAnotherNode_isNobodyWithinASecond() {
    var made = anna();
    caller(made.secret().text());
    store.remove(made.key());
    pass(Duration.ofSeconds(1));

    assertThat(credentials.identify(made.secret().text())).isEqualTo(new Identity.Unknown());
  }

  @Test
  void identify_revokedHere_isNobodyAtOnce() {
    var made = anna();
    caller(made.secret().text());
    assertThat(keys.revoke(ADMIN, made.key().id())).isTrue();

    assertThat(credentials.identify(made.secret().text())).isEqualTo(new Identity.Unknown());
  }

  @Test
  void identify_storeDown_knowsWhoWasThereLatelyUntilItIsBack() {
    var made = anna();
    var other = make(ADMIN, wish("bert"));
    caller(made.secret().text());
    pass(Duration.ofMinutes(9));
    store.down = true;
    assertThat(caller(made.secret().text()).id()).isEqualTo("anna");
    assertThat(credentials.identify(other.secret().text())).isEqualTo(new Identity.Unsure());
    pass(Duration.ofHours(3));
    assertThat(caller(made.secret().text()).id()).as("as long as it takes").isEqualTo("anna");

    store.down = false;
    store.remove(made.key());
    assertThat(credentials.identify(made.secret().text())).isEqualTo(new Identity.Unknown());
    assertThat(caller(other.secret().text()).id()).isEqualTo("bert");
    store.down = true;
    pass(Duration.ofSeconds(1));
    assertThat(credentials.identify(made.secret().text()))
        .as("was refused lately")
        .isEqualTo(new Identity.Unsure());
  }

  @Test
  void identify_storeDown_knowsNobodyOfLongAgo() {
    var made = anna();
    caller(made.secret().text());
    pass(Near.LATELY.plusSeconds(1));
    store.down = true;

    assertThat(credentials.identify(made.secret().text())).isEqualTo(new Identity.Unsure());
  }

  @Test
  void identify_storeDown_expiredIsNobody() {
    var made =
        make(
            ADMIN,
            new Wish(
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                Grant.ALL,
                Optional.of(now.plusSeconds(5))));
    caller(made.secret().text());
    store.down = true;
    pass(Duration.ofSeconds(5));

    assertThat(credentials.identify(made.secret().text())).isEqualTo(new Identity.Unknown());
  }

  @Test
  void recall_aMark_isWhoBearsTheKeyNow() {
    var made = anna();
    var mark = credentials.mark(made.secret().text());
    assertThat(((Identity.Known) credentials.recall(mark)).caller().id()).isEqualTo("anna");
    assertThat(keys.revoke(ADMIN, made.key().id())).isTrue();
    assertThat(credentials.recall(mark)).isEqualTo(new Identity.Unknown());
    for (var other : new String[] {"", "admin:", "admin:00", "x", "s3cret"}) {
      assertThat(credentials.recall(other)).as(other).isEqualTo(new Identity.Unknown());
    }
  }

  @Test
  void recall_theAdministratorsMark_isGoodOnAllNodesUntilTheKeyChanges() {
    var mark = credentials.mark("s3cret");
    assertThat(mark).startsWith("admin:").doesNotContain("s3cret", Sha256.hex("s3cret"));
    store.down = true;
    for (var key : new String[] {"s3cret", "changed"}) {
      var node = new Credentials(new AccessSettings(key), near, uses, () -> now);
      assertThat(node.recall(mark))
          .isEqualTo(key.equals("s3cret") ? new Identity.Known(ADMIN) : new Identity.Unknown());
    }
  }

  @Test
  void recall_expiredOrOutOfReach_isNobodyOrUnsure() {
    var made = make(ADMIN, with(Optional.empty(), Optional.empty(), later(5)));
    var mark = credentials.mark(made.secret().text());
    store.down = true;
    assertThat(credentials.recall(mark)).isEqualTo(new Identity.Unsure());
    store.down = false;
    assertThat(credentials.recall(mark)).isInstanceOf(Identity.Known.class);
    pass(Duration.ofSeconds(5));
    assertThat(credentials.recall(mark)).isEqualTo(new Identity.Unknown());
  }

  @Test
  void uses_writtenAfterAnOutage_tellTheLast() {
    var made = anna();
    caller(made.secret().text());
    store.down = true;
    pass(Duration.ofSeconds(2));
    caller(made.secret().text());
    var last = now;
    uses.write();
    store.down = false;
    pass(Duration.ofSeconds(60));
    uses.write();

    assertThat(store.of("t/anna").getFirst().used()).contains(last);
  }

  @Test
  void make_byAUser_isForItselfAndNoMoreThanItHas() {
    var expires = Optional.of(now.plusSeconds(3600));
    var anna =
        new Caller("anna", "t", Set.of("user"), limits("requests=1", "family"), Grant.ALL, expires);
    var own = make(anna, nothing());
    assertThat(own.key().caller()).isEqualTo(anna);

    assertThat(keys.make(anna, wish("anna"))).isInstanceOf(Making.Made.class);
    assertThat(keys.make(anna, wish("bert"))).isEqualTo(new Making.Denied());
    assertThat(keys.make(anna, wish("anna", "admin"))).isEqualTo(new Making.Denied());
    assertThat(keys.make(anna, with(Optional.of("x"), Optional.empty(), Optional.empty())))
        .as("another tenant")
        .isEqualTo(new Making.Denied());
    assertThat(keys.make(anna, with(Optional.empty(), Optional.of("requests=2"), Optional.empty())))
        .as("other limits")
        .isEqualTo(new Making.Denied());
    assertThat(keys.make(anna, with(Optional.empty(), Optional.empty(), later(3601))))
        .as("for longer")
        .isEqualTo(new Making.Denied());
    assertThat(keys.make(anna, with(Optional.empty(), Optional.empty(), later(3599))))
        .isInstanceOf(Making.Made.class);
  }

  @Test
  void make_byAUserWithoutLimits_hasItsOwn() {
    var anna = new Caller("anna", "t", Set.of("user"));
    var made = make(anna, with(Optional.empty(), Optional.of("requests=1"), Optional.empty()));
    assertThat(made.key().limits()).isEqualTo(limits("requests=1", made.key().id()));
    assertThat(make(anna, nothing()).key().limits()).isEmpty();

    var limited = made.key().caller();
    var none = with(Optional.empty(), Optional.of(""), Optional.empty());
    assertThat(keys.make(limited, none)).as("no way out").isEqualTo(new Making.Denied());
    assertThat(make(limited, nothing()).key().limits()).isEqualTo(limited.limits());
    var again = with(Optional.empty(), Optional.of("requests=1"), Optional.empty());
    assertThat(make(limited, again).key().limits()).isEqualTo(limited.limits());
  }

  /** Goal: a request that is under way does not keep a key that was replaced at once. */
  @Test
  void rotate_atOnceWhileTheKeyIsLookedUp_refusesTheOldOne() {
    var old = anna();
    store.meanwhile = () -> keys.rotate(ADMIN, old.key().id(), Duration.ZERO);
    for (int i = 0; i < 2; i++) {
      assertThat(credentials.identify(old.secret().text())).isEqualTo(new Identity.Unknown());
    }
  }

  /** Goal: nor is it good for longer than the overlap, even if the store gets out of reach. */
  @Test
  void rotate_withAnOverlapWhileTheKeyIsLookedUp_expiresAsTold() {
    var old = anna();
    store.meanwhile = () -> keys.rotate(ADMIN, old.key().id(), Duration.ofSeconds(30));
    assertThat(caller(old.secret().text()).expires()).contains(now.plusSeconds(30));
    store.down = true;
    pass(Duration.ofSeconds(30));
    assertThat(credentials.identify(old.secret().text())).isEqualTo(new Identity.Unknown());
  }

  @Test
  void rotate_removedMeanwhile_leavesNoKeyInItsPlace() {
    for (var overlap : List.of(Duration.ZERO, Duration.ofSeconds(30))) {
      var old = anna();
      store.meanwhile = () -> store.remove(old.key());
      assertThat(keys.rotate(ADMIN, old.key().id(), overlap)).isEqualTo(new Making.Absent());
      assertThat(store.of("t/anna")).isEmpty();
    }
  }

  private static Wish wish(Grant grant) {
    return new Wish(
        Optional.empty(), Optional.empty(), Set.of(), Optional.empty(), grant, Optional.empty());
  }

  private static Grant models(String... globs) {
    return Grant.of(List.of(globs), Set.of());
  }

  /** Goal: no key made with one, nor one in its place, is a way to other models or scopes. */
  @Test
  void make_byAUserOfSomeModels_allowsNoOthers() {
    var some = Grant.of(List.of("openai/gpt-*", "demo"), Set.of("user", "tenant"));
    var anna = new Caller("anna", "t", Set.of("user"), Optional.empty(), some, Optional.empty());

    assertThat(make(anna, nothing()).key().grant()).as("its own").isEqualTo(some);
    assertThat(make(anna, wish(models("openai/gpt-4*"))).key().grant())
        .isEqualTo(Grant.of(List.of("openai/gpt-4*"), some.scopes()));
    assertThat(make(anna, wish(Grant.of(List.of(), Set.of("user")))).key().grant())
        .isEqualTo(Grant.of(some.modelTexts(), Set.of("user")));
    for (var more :
        List.of(
            models("*"),
            models("demo", "openai/*"),
            models("demo*"),
            Grant.of(List.of("demo"), Set.of("global")))) {
      assertThat(keys.make(anna, wish(more))).as("%s", more).isEqualTo(new Making.Denied());
    }
    var whole = make(new Caller("anna", "t", Set.of("user")), nothing()).key();
    assertThat(keys.rotate(anna, whole.id(), Duration.ZERO)).isEqualTo(new Making.Denied());
    var own = make(anna, wish(models("demo"))).key();
    var next = (Making.Made) keys.rotate(anna, own.id(), Duration.ZERO);
    assertThat(next.key().grant()).isEqualTo(own.grant());
    assertThat(caller(next.secret().text()).grant()).isEqualTo(own.grant());
    assertThat(make(ADMIN, wish(models("demo"))).key().grant()).isEqualTo(models("demo"));
  }

  @Test
  void rotate_aLimitedKey_staysInItsFamily() {
    var anna = new Caller("anna", "t", Set.of("user"));
    var old = make(anna, with(Optional.empty(), Optional.of("requests=1"), Optional.empty())).key();
    var other = (Making.Made) keys.rotate(old.caller(), old.id(), Duration.ZERO);

    assertThat(other.key().limits()).isEqualTo(old.limits());
    assertThat(keys.rotate(old.caller(), make(anna, nothing()).key().id(), Duration.ZERO))
        .as("one without limits")
        .isEqualTo(new Making.Denied());
  }

  private static Optional<KeyLimits> limits(String policies, String family) {
    return Optional.of(new KeyLimits(policies, family));
  }

  private Optional<Instant> later(int seconds) {
    return Optional.of(now.plusSeconds(seconds));
  }

  private static Wish with(
      Optional<String> tenant, Optional<String> limits, Optional<Instant> expires) {
    return new Wish(Optional.empty(), tenant, Set.of(), limits, Grant.ALL, expires);
  }

  @Test
  void make_expiryOutOfRange_saysTheRange() {
    for (int seconds : new int[] {0, -1, Integer.MAX_VALUE}) {
      var making = keys.make(ADMIN, with(Optional.empty(), Optional.empty(), later(seconds)));
      assertThat(((Making.Wrong) making).why())
          .contains("expires must be", "was " + now.plusSeconds(seconds));
    }
  }

  @Test
  void rotate_aKey_bothAreGoodForTheOverlap() {
    var old = anna();
    var other = (Making.Made) keys.rotate(ADMIN, old.key().id(), Duration.ofMinutes(5));
    assertThat(caller(other.secret().text())).isEqualTo(old.key().caller());
    assertThat(caller(old.secret().text()).subject()).isEqualTo("t/anna");
    pass(Duration.ofMinutes(5));

    assertThat(credentials.identify(old.secret().text())).isEqualTo(new Identity.Unknown());
    assertThat(caller(other.secret().text())).isEqualTo(old.key().caller());
  }

  @Test
  void rotate_byAUser_gainsNothing() {
    var user = make(ADMIN, wish("anna")).key();
    var admin = make(ADMIN, wish("anna", "admin")).key();
    var anna = user.caller();

    assertThat(keys.rotate(anna, admin.id(), Duration.ZERO)).isEqualTo(new Making.Denied());
    assertThat(store.named(admin.id())).contains(admin);
    assertThat(keys.rotate(anna, user.id(), Duration.ZERO)).isInstanceOf(Making.Made.class);
    assertThat(store.named(user.id())).as("without an overlap").isEmpty();
  }

  @Test
  void others_keys_areNotThereForAUser() {
    var bert = make(ADMIN, wish("bert")).key();
    var namesake = new Caller("bert", "other", Set.of("user"));

    assertThat(keys.revoke(namesake, bert.id())).isFalse();
    assertThat(keys.rotate(namesake, bert.id(), Duration.ZERO)).isEqualTo(new Making.Absent());
    assertThat(keys.list(namesake, "", 10).keys()).isEmpty();
    assertThat(keys.of(namesake, "t/bert")).isEmpty();
    assertThat(keys.list(bert.caller(), "", 10).keys()).hasSize(1);
    assertThat(keys.list(ADMIN, "", 10).keys()).hasSize(1);
  }

  @Test
  void make_twice_areUnlike() {
    var seen = new HashSet<String>();
    for (int i = 0; i < 50; i++) {
      var made = anna();
      assertThat(seen.add(made.secret().text()) && seen.add(made.key().id())).isTrue();
    }
  }

  @Test
  void settings_badKeys_areRefusedWithoutShowingThem() {
    for (var key : new String[] {"two words", "ümlaut", "x".repeat(513)}) {
      assertThatThrownBy(
              () -> AccessSettings.from(MapConfig.settings(Map.of("larder.admin.key", key))))
          .isInstanceOf(InvalidSetting.class)
          .hasMessageContaining("larder.admin.key must be")
          .hasMessageNotContaining(key);
    }
    assertThatThrownBy(() -> AccessSettings.from(MapConfig.settings(Map.of())))
        .hasMessageContaining("was missing");
  }

  @Test
  void toString_anything_hidesTheKey() {
    var made = anna();
    assertThat(new AccessSettings("s3cret").toString()).doesNotContain("s3cret");
    assertThat(made.toString()).doesNotContain(made.secret().text(), made.key().hash());
  }
}
