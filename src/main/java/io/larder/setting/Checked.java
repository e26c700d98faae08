package io.larder.setting;

/**
 * Marks settings. All of them are made at the start, so that a wrong value stops the start and not
 * the first request.
 */
public interface Checked {}
