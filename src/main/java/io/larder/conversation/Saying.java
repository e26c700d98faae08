package io.larder.conversation;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What somebody says.
 *
 * @param said of a user
 * @param parent below which turn; a blank one = at the top; empty = below the current leaf
 * @param version that the conversation must have; empty = any
 * @param key makes an append that is sent again the same append; empty = each is another one
 * @param request tells requests with the same key apart
 */
public record Saying(
    Turn.Said said,
    String model,
    Optional<String> parent,
    OptionalLong version,
    Optional<String> key,
    String request) {}
