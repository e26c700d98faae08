/** Nouns both sides of the house use: immutable, no input or output. */
@NullMarked
package io.larder.model;

import org.jspecify.annotations.NullMarked;
