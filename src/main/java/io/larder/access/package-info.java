/** Credential to caller. */
@NullMarked
package io.larder.access;

import org.jspecify.annotations.NullMarked;
