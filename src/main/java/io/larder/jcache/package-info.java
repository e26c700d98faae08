/** HTTP sessions in Valkey: a JCache provider for the server, packed as a jar of its own. */
@NullMarked
package io.larder.jcache;

import org.jspecify.annotations.NullMarked;
