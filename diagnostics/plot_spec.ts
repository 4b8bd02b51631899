/**
 * What a plot is here: a Vega-Lite specification as plain data.
 *
 * @module
 */

/** Anything that JSON can hold. */
export type PlotValue =
  | string
  | number
  | boolean
  | null
  | readonly PlotValue[]
  | { readonly [field: string]: PlotValue };

/**
 * A Vega-Lite specification: a JSON record that `renderSvg` turns into a picture, and that can
 * be saved, edited, or shown by any other Vega-Lite viewer.
 */
export type PlotSpec = { readonly [field: string]: PlotValue };
