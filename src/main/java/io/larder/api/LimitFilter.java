package io.larder.api;

import io.larder.inference.Charges;
import io.larder.inference.LimitExceeded;
import io.larder.inference.LimitsUnavailable;
import io.larder.model.Caller;
import io.larder.ratelimit.Left;
import io.larder.ratelimit.Limits;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Lets callers who want answers go on as long as they keep to their limits, and tells what is left
 * of those before anything else is answered. Mapped in web.xml, after {@link KeyFilter}.
 */
public class LimitFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;
  private static final List<String> TURNS = List.of("api", "conversations", "{id}", "messages");
  private static final InstantSource CLOCK = InstantSource.system();

  @Inject transient Charges charges;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!isLimited(request)) {
      chain.doFilter(request, response);
      return;
    }
    var caller = (Caller) Objects.requireNonNull(request.getUserPrincipal());
    switch (charges.enter(caller)) {
      case Limits.Answer.Go(var pass, var left) -> {
        tell(left, request, response);
        UntilComplete.goOn(request, response, chain, pass::settleAsCharged);
      }
      case Limits.Answer.Stop(var refusal) -> {
        tell(refusal.left(), request, response);
        ApiError.of(LimitExceeded.ofCaller(refusal)).answer(request, response);
      }
      case Limits.Answer.Unknown unknown ->
          ApiError.of(new LimitsUnavailable()).answer(request, response);
    }
  }

  /**
   * All below {@code /v1}; of conversations only what puts a question to a model. By the path as
   * resources are found, however the client wrote it.
   */
  private static boolean isLimited(HttpServletRequest request) {
    var path = request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), "");
    var words =
        Arrays.stream(path.split("/", -1))
            .map(word -> word.replaceFirst(";.*", ""))
            .filter(word -> !word.isEmpty())
            .toList();
    return words.getFirst().equals("v1")
        || (words.size() == TURNS.size()
            && words.get(1).equals(TURNS.get(1))
            && words.getLast().equals(TURNS.getLast()));
  }

  private static void tell(
      List<Left> left, HttpServletRequest request, HttpServletResponse response) {
    boolean anthropic = ApiError.path(request).startsWith("/v1/messages");
    LimitHeaders.of(left, anthropic, CLOCK.instant())
        .forEach(header -> response.setHeader(header.name(), header.value()));
  }
}
