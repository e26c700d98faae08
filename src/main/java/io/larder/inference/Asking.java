package io.larder.inference;

import io.larder.provider.ProviderFailure;

/** A request that the cache could not answer. Waits, so it wants a thread. */
public sealed interface Asking permits Exchange, BatchExchange {
  /**
   * Gets the answer. A JSON answer has been read and kept when this returns; a stream begins then.
   *
   * @throws ProviderFailure if no provider answers
   * @throws CallFailed if the calls of others that this joined have failed
   * @throws TooSlow if the call of another that this joined takes too long
   * @throws Crowded if too many wait for the same answer already
   * @throws NotAdmitted if a provider would have to be asked, and a limit forbids it
   */
  Answer ask() throws ProviderFailure;

  /** Whether the answer is in the cache by now. */
  boolean hasKept();
}
