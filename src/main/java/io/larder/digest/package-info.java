/** SHA-256, by which what must not lie in the open, or be long, is named. */
@org.jspecify.annotations.NullMarked
package io.larder.digest;
