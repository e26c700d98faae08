package io.larder.model;

/** One header field of a request or an answer. */
public record Header(String name, String value) {}
