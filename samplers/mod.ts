/**
 * Markov kernels over all chains at once, and the loop that runs them.
 *
 * @module
 */
