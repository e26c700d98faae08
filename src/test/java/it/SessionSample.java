package it;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An application that has nothing of Larder's, and does with its session what it is asked to. The
 * first word of the answer says whether there was a session, the rest what was found.
 */
public final class SessionSample extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** So many that some come before and some after any one of them, in whatever order. */
  private static final int ATTRIBUTES = 16;

  @Inject private transient SessionSampleBean bean;

  /** Something of a class of the application's own. */
  public record Basket(String item) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** For the server. */
  public SessionSample() {}

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setContentType("text/plain");
    response.getWriter().print(answer(request));
  }

  private String answer(HttpServletRequest request) throws IOException {
    var session = request.getSession(false);
    return (session == null ? "out " : "in ") + found(request, session);
  }

  private Object found(HttpServletRequest request, HttpSession session) throws IOException {
    var name = request.getParameter("name");
    var value = request.getParameter("value");
    return switch (request.getParameter("do")) {
      case "look" -> "";
      case "get" -> session == null ? "nothing" : session.getAttribute(name);
      case "names" -> session == null ? "nothing" : names(session);
      case "set" -> set(request, name, value);
      case "sure" -> set(request, name, value) + write(request.getSession());
      case "basket" -> set(request, name, new Basket(value)) + write(request.getSession());
      case "broken" -> broken(request, value);
      case "slow" ->
          set(request, name, value) + pause(Integer.parseInt(request.getParameter("millis")));
      case "idle" -> idle(request, Integer.parseInt(name)) + write(request.getSession());
      case "remove" -> set(request, name, null) + write(request.getSession());
      case "bean" -> bean.next() + write(request.getSession());
      case "invalidate" -> invalidate(session);
      default -> throw new IOException("unknown");
    };
  }

  private static List<String> names(HttpSession session) {
    var names = new ArrayList<>(Collections.list(session.getAttributeNames()));
    Collections.sort(names);
    return names;
  }

  private static String set(HttpServletRequest request, String name, Object value) {
    request.getSession().setAttribute(name, value);
    return "";
  }

  /** Liberty writes a session after it has answered, unless it is told to before. */
  private static String write(HttpSession session) {
    try {
      Class.forName("com.ibm.websphere.servlet.session.IBMSession")
          .getMethod("sync")
          .invoke(session);
      return "";
    } catch (ReflectiveOperationException notLiberty) {
      throw new IllegalStateException(notLiberty);
    }
  }

  /** Sets several attributes, one of which says that it can be serialised, and cannot. */
  private static String broken(HttpServletRequest request, String value) {
    var session = request.getSession();
    for (int i = 0; i < ATTRIBUTES; i++) {
      session.setAttribute("broken" + i, value);
    }
    session.setAttribute("unserialisable", new ArrayList<>(List.of(new Object())));
    return "";
  }

  private static String idle(HttpServletRequest request, int seconds) {
    request.getSession().setMaxInactiveInterval(seconds);
    return "";
  }

  private static String invalidate(HttpSession session) {
    if (session != null) {
      session.invalidate();
    }
    return "";
  }

  private static String pause(int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return "";
  }
}
