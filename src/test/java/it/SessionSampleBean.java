package it;

import jakarta.enterprise.context.SessionScoped;
import java.io.Serializable;

/** Counts in a session, without ever being set again. */
@SessionScoped
public class SessionSampleBean implements Serializable {
  private static final long serialVersionUID = 1L;

  private int count;

  /** For the container. */
  public SessionSampleBean() {}

  /** One more than the last time. */
  public int next() {
    count++;
    return count;
  }
}
