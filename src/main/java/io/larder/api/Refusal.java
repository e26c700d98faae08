package io.larder.api;

import java.util.List;

/** A request that is not served, for a reason that the caller can act on. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  private Refusal(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  /** The request is malformed. */
  public static Refusal badRequest(String message) {
    return new Refusal(400, "invalid_request", message);
  }

  /** Nobody is known by what the request shows. */
  static Refusal unauthorized() {
    return new Refusal(
        401,
        "invalid_api_key",
        "an API key of Larder is needed, as Authorization: Bearer KEY or x-api-key: KEY");
  }

  /** Whether a key is good cannot be told now. */
  static Refusal unsure() {
    return new Refusal(
        503,
        "store_unavailable",
        "whether this key is good cannot be told now: the store of keys gives no answer");
  }

  /** Whether a session is good cannot be told now. */
  static Refusal unsureOfSession() {
    return new Refusal(
        503,
        "store_unavailable",
        "whether this session is good cannot be told now: the store of sessions gives no answer");
  }

  /** The cookie is gone, the session may not be. */
  static Refusal unsureOfSignOut() {
    return new Refusal(
        503,
        "store_unavailable",
        "this browser has forgotten its session, but the store of sessions gives no answer: there"
            + " the session lives on until it expires");
  }

  /** It cannot be told whether the session is where all nodes find it. */
  static Refusal unsureOfSignIn() {
    return new Refusal(
        503,
        "store_unavailable",
        "nobody can sign in now: the store of sessions gives no answer, or keeps nothing more");
  }

  /** A request by a session does not show the session's token. */
  static Refusal csrf() {
    return new Refusal(
        403,
        "csrf_token_invalid",
        "a signed-in browser must send the csrfToken of GET /api/me as X-CSRF-Token");
  }

  /** A page of another site has made a browser send this. */
  static Refusal crossSite() {
    return new Refusal(
        403, "cross_site", "pages of other sites may not do this: see larder.api.cors-origins");
  }

  /** The server knows somebody whose name does not do here. */
  static Refusal unfitName() {
    return new Refusal(
        403,
        "forbidden",
        "names of users and tenants are 1 to 128 letters, digits and ._@:|+~=- , not yours");
  }

  /** The caller has none of these roles. */
  public static Refusal forbidden(List<String> roles) {
    var wanted = roles.isEmpty() ? "a role that nobody has" : "role " + String.join(" or ", roles);
    return new Refusal(403, "forbidden", "this needs " + wanted);
  }

  /** There is no such thing. */
  public static Refusal notFound(String what) {
    return new Refusal(404, "not_found", "there is no " + what);
  }

  /** It cannot be done as things stand. */
  public static Refusal conflict(String code, String message) {
    return new Refusal(409, code, message);
  }

  /** The caller watches as often as one may. */
  public static Refusal watchesTooMuch(int streamsMax) {
    return new Refusal(
        429,
        "too_many_streams",
        "you have " + streamsMax + " streams of events open on this node, as many as you may");
  }

  /** As many watch as a node can bear. */
  public static Refusal watchedTooMuch(int streamsMax) {
    return new Refusal(
        503, "busy", "this node has " + streamsMax + " streams of events open, as many as it may");
  }

  /** The body is larger than this endpoint takes. */
  public static Refusal tooLarge(int bytesMax) {
    return new Refusal(413, "request_too_large", "the body is larger than " + bytesMax + " bytes");
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }
}
