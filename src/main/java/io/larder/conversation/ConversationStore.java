package io.larder.conversation;

import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where conversations are kept, each user's apart. Every change is done as a whole or not at all.
 * Every method throws {@link ValkeyUnavailable} if the store is down, and {@link
 * ConversationRefused} as it says.
 */
interface ConversationStore {
  /** A node that does not renew its word on an answer for so long is taken for dead. */
  Duration LEASE = Duration.ofSeconds(8);

  /**
   * What a change needs to know.
   *
   * @param life of the conversation from now on
   * @param version that it must have; empty = any
   */
  record Terms(Duration life, OptionalLong version) {}

  /** A turn to be stored; its number is told by the order. */
  record NewTurn(String id, String parent, Optional<Instant> created, Turn.Said said) {}

  /** A conversation to be stored. */
  record NewConversation(
      String id, String title, List<String> tags, String leaf, List<NewTurn> turns) {
    public NewConversation {
      tags = List.copyOf(tags);
      turns = List.copyOf(turns);
    }
  }

  /**
   * What changes about a conversation.
   *
   * @param leaf a turn that becomes the end of the current branch
   */
  record Change(Optional<String> title, Optional<List<String>> tags, Optional<String> leaf) {}

  /**
   * Two turns to be stored, one below the other: what the user says, and the answer to come.
   *
   * @param id of the user's turn; the same again is the same append again
   * @param answer id of the answer's turn
   * @param parent below which turn; a blank one = at the top; empty = below the current leaf
   * @param hash tells one request from another with the same id
   */
  record NewExchange(
      String id,
      Turn.Said said,
      String answer,
      Turn.Said awaited,
      Optional<String> parent,
      String hash) {}

  /** What came of an append. */
  sealed interface Appended {}

  /**
   * It was stored.
   *
   * @param history from the top down to the user's turn
   */
  record Stored(List<Turn> history) implements Appended {
    public Stored {
      history = List.copyOf(history);
    }
  }

  /**
   * It had been stored before.
   *
   * @param answer as it stands now
   */
  record Known(Turn answer) implements Appended {}

  /** What came of giving an answer its end. */
  sealed interface Ended {}

  /**
   * It has an end.
   *
   * @param said that stands now: this one, or one that was given before
   */
  record Stands(Turn.Said said) implements Ended {}

  /** Its turn is not there any more. */
  record Gone() implements Ended {}

  /**
   * The conversation cannot take so much.
   *
   * @param bytes that it can take instead, as they are stored
   */
  record NoRoom(long bytes) implements Ended {}

  /** Some conversations, the last changed first. */
  record Page(List<Head> heads, String next) {
    public Page {
      heads = List.copyOf(heads);
    }
  }

  /**
   * Stores a new conversation.
   *
   * @param countMax how many its user may have
   * @return what a list shows of it
   * @throws ConversationRefused if that is too many
   */
  Head create(String owner, NewConversation conversation, Duration life, int countMax);

  /**
   * A conversation, which lives on from now for a whole life.
   *
   * @throws ConversationRefused if it cannot be read
   */
  Optional<Conversation> read(String owner, String id, Duration life);

  /**
   * Conversations of a user.
   *
   * @param cursor empty to begin, else the page's before
   * @param limit how many, 1 or more
   */
  Page list(String owner, String cursor, int limit);

  /**
   * Changes a conversation.
   *
   * @return what a list shows of it once this change is made, and no later one
   * @throws ConversationRefused if there is none, or at another version, or without such a turn
   */
  Head change(String owner, String id, Change change, Terms terms);

  /**
   * Forgets a conversation.
   *
   * @throws ConversationRefused if there is none, or at another version
   */
  void remove(String owner, String id, OptionalLong version);

  /**
   * Stores an exchange; its answer becomes the end of the current branch, and this node vouches for
   * it for {@link #LEASE}.
   *
   * @throws ConversationRefused if there is no such conversation or parent, or at another version,
   *     or it is full, or the same id came with another hash
   */
  Appended append(
      String owner, String id, NewExchange exchange, Terms terms, int turnsMax, int bytesMax);

  /**
   * Says that an answer is still to come, unless it has its end.
   *
   * @throws ConversationRefused if the conversation is in a newer format
   */
  void vouch(String owner, String id, String answer);

  /**
   * Says how far an answer has come, unless it has its end; nobody vouches for it by that.
   *
   * @param bytesMax what the conversation may hold; with more, what is stored stands
   * @throws ConversationRefused if the conversation is in a newer format
   */
  void report(String owner, String id, String answer, Turn.Said sofar, long bytesMax);

  /**
   * Gives an answer its end, unless it has one: the first stands, whoever comes late.
   *
   * @param bytesMax what the conversation may hold with it; empty = it does not matter
   * @throws ConversationRefused if the conversation is in a newer format
   */
  Ended finish(
      String owner, String id, String answer, Turn.Said said, Duration life, OptionalLong bytesMax);
}
