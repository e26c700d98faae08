package io.larder.access;

import io.larder.model.Caller;

/** Who presents a key, as far as that can be told. */
public sealed interface Identity {
  /** Somebody. */
  record Known(Caller caller) implements Identity {}

  /** Nobody: there is no such key, or it is good no more. */
  record Unknown() implements Identity {}

  /** The store of keys is out of reach, and this node has not seen the key lately. */
  record Unsure() implements Identity {}
}
