// A simulator that returns rows of the wrong width is a mistake, not a failed simulation: this
// type is how a run tells the two apart. To everybody else it is a TypeError.

/** A row of the wrong width. */
export class WidthError extends TypeError {}
