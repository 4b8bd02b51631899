/**
 * Cheap and expensive simulators, coupled: levels, multilevel Monte Carlo, how many runs of which to buy.
 *
 * @module
 */
