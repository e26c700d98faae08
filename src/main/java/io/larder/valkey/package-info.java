/**
 * The only wire to Valkey; every failure of it becomes {@link io.larder.valkey.ValkeyUnavailable}.
 */
@NullMarked
package io.larder.valkey;

import org.jspecify.annotations.NullMarked;
