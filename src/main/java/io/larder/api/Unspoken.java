package io.larder.api;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * A response to which nothing is written. The server, asked to check credentials, would answer by
 * itself: with its own page when they are wrong, with a cookie of its own when they are right.
 */
final class Unspoken extends HttpServletResponseWrapper {
  Unspoken(HttpServletResponse response) {
    super(response);
  }

  @Override
  public void setStatus(int status) {}

  @Override
  public void sendError(int status) {}

  @Override
  public void sendError(int status, String message) {}

  @Override
  public void sendRedirect(String location) {}

  @Override
  public void setHeader(String name, String value) {}

  @Override
  public void addHeader(String name, String value) {}

  @Override
  public void addCookie(Cookie cookie) {}

  @Override
  public void setContentType(String type) {}

  @Override
  public PrintWriter getWriter() {
    return new PrintWriter(Writer.nullWriter());
  }
}
