package io.larder.live;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One attempt to get one answer, as one node sees it: its log, and how many read it here. Either
 * this node leads, so it asks the provider and writes the log; or it follows another node's log.
 */
public final class Flight {
  /** What a leader does when nobody reads any more, and when somebody does again. */
  public interface Audience {
    /** The last reader has left. */
    void gone();

    /** Somebody reads again. */
    void back();
  }

  private final Room room;
  private final EventLog log;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guards the lease: no renewal may come after the release. */
  private final ReentrantLock lease = new ReentrantLock();

  private final AtomicBoolean shown = new AtomicBoolean();

  /** Says that there is more to see of the log that this follows. */
  private final Semaphore wakeups = new Semaphore(0);

  private volatile FlightId id;
  private volatile boolean leads;
  private volatile boolean shared;

  /** Whether it is known who leads: until then nothing is to be renewed. */
  private volatile boolean claimed;

  private volatile boolean followedElsewhere;
  // under lock
  private Audience audience = Nobody.CARES;
  private int readers = 1;
  private boolean ended;
  private boolean retained;

  private enum Nobody implements Audience {
    CARES;

    @Override
    public void gone() {
      // nothing to be done
    }

    @Override
    public void back() {
      // nothing to be done
    }
  }

  /** A flight with one reader, who made it. */
  Flight(FlightId id, Room room, boolean leads, boolean shared) {
    this.id = id;
    this.room = room;
    this.leads = leads;
    this.shared = shared;
    this.log = new EventLog(room);
  }

  /** Which attempt at which answer. */
  public FlightId id() {
    return id;
  }

  /** What has come so far. */
  public EventLog log() {
    return log;
  }

  boolean leads() {
    return leads;
  }

  /** Whether other nodes can see it. */
  boolean isShared() {
    return shared;
  }

  void shareNoMore() {
    shared = false;
  }

  boolean isClaimed() {
    return claimed;
  }

  void claimed() {
    claimed = true;
  }

  /** Whether other nodes follow, as far as is known. */
  public boolean isFollowedElsewhere() {
    return followedElsewhere;
  }

  void followedElsewhere(boolean now) {
    followedElsewhere = now;
  }

  /** Whether its records are to be shown to other nodes from now on; true once. */
  boolean beginsToShow() {
    return shared && shown.compareAndSet(false, true);
  }

  /** Another node asks, for that answer: this follows from now on. */
  void follow(long answerId) {
    id = new FlightId(id.key(), answerId);
    leads = false;
  }

  Semaphore wakeups() {
    return wakeups;
  }

  ReentrantLock lease() {
    return lease;
  }

  /** Tells the leader of its readers; at once if the last one has left already. */
  public void setAudience(Audience watching) {
    boolean empty;
    lock.lock();
    try {
      audience = watching;
      empty = readers == 0;
    } finally {
      lock.unlock();
    }
    if (empty) {
      watching.gone();
    }
  }

  /** One reader more, unless there are too many. */
  boolean join(int readersMax) {
    lock.lock();
    try {
      if (readers >= readersMax) {
        return false;
      }
      readers++;
      if (readers == 1) {
        audience.back();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** One reader less. */
  public void leave() {
    lock.lock();
    try {
      readers--;
      if (readers == 0 && !ended) {
        audience.gone();
      }
    } finally {
      lock.unlock();
    }
    giveBack();
  }

  int readers() {
    lock.lock();
    try {
      return readers;
    } finally {
      lock.unlock();
    }
  }

  boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the log; says whether this was the first end. */
  boolean close(Outcome outcome, boolean retain) {
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      ended = true;
      retained = retain;
      log.end(outcome);
    } finally {
      lock.unlock();
    }
    giveBack();
    return true;
  }

  /** It is kept for later readers no more. */
  void release() {
    lock.lock();
    try {
      retained = false;
    } finally {
      lock.unlock();
    }
    giveBack();
  }

  /** Gives its bytes back when nobody can read them any more. */
  private void giveBack() {
    boolean unused;
    lock.lock();
    try {
      unused = ended && readers == 0 && !retained;
    } finally {
      lock.unlock();
    }
    if (unused) {
      room.giveBack();
    }
  }

  /** Bytes that its log holds. */
  int bytes() {
    return room.taken();
  }

  @Override
  public String toString() {
    return (leads ? "lead " : "follow ") + id;
  }
}
