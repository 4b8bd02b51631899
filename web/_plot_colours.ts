/** Seen on light and on dark. */
export const BLUE = "#3f83d6";
/** Beside it. */
export const ORANGE = "#d9822b";
