package io.larder.live;

/**
 * What is known of an answer when its first byte has come.
 *
 * @param answerId random; tells this answer from any other to the same request
 * @param provider who gives it
 * @param status of HTTP, a good one
 * @param contentType as the provider sent it
 * @param stream whether its parts are frames; else there is one part, the body
 * @param usageAsked whether a stream carries usage
 */
public record Head(
    long answerId,
    String provider,
    int status,
    String contentType,
    boolean stream,
    boolean usageAsked) {}
