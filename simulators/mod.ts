/**
 * Ready-made inference problems: one task a file, a prior and a simulator each.
 *
 * @module
 */
