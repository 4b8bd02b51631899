/**
 * The `likely` command.
 *
 * @module
 */
