/**
 * Losses: one formula a file, with its source.
 *
 * @module
 */
