/**
 * Answer a request: fingerprint, look up, ask, record; the only room where cache and provider meet.
 */
@NullMarked
package io.larder.inference;

import org.jspecify.annotations.NullMarked;
