/**
 * Neural surrogates: networks on tensors, the training loop, freezing to an artifact.
 *
 * @module
 */
