/** Credential to caller: the administrator's key, and keys that Larder has made. */
@NullMarked
package io.larder.access;

import org.jspecify.annotations.NullMarked;
