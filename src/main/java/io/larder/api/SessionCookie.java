package io.larder.api;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;

/** Sets what of the session's cookie is a setting; the rest stands in web.xml. */
public class SessionCookie implements ServletContextListener {
  /** Not made before all settings are checked: a wrong one stops the server with one line. */
  @Inject Instance<ApiSettings> settings;

  @Override
  public void contextInitialized(ServletContextEvent event) {
    event.getServletContext().getSessionCookieConfig().setSecure(settings.get().sessionSecure());
  }
}
