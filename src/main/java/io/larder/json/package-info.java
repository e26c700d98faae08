/** JSON text read strictly, put into canonical form (RFC 8785) and edited in place. */
@NullMarked
package io.larder.json;

import org.jspecify.annotations.NullMarked;
