// Names of the instructions. Valid TypeScript and valid AssemblyScript: both sides of the
// engine import this one file.

/** 32-bit words of one instruction: its name, then its arguments. */
export const INSTRUCTION_WORDS = 16;

export const GEMM = 0;
export const PACK_ROWS = 1;
export const PACK_TRANSPOSED = 2;
export const ACTIVATE = 3;
export const ACTIVATE_BACK = 4;
export const ADD = 5;
export const MUL = 6;
export const MUL_MUL_ADD = 7;
export const FILL_ROWS = 8;
export const SCALE_ROWS = 9;
export const SUM_RUNS = 10;
export const POOL_ROWS = 11;
export const SPREAD_ROWS = 12;
export const DOT_ROWS = 13;
export const SUM_COLUMNS = 14;
export const SUM_VECTOR = 15;
export const COPY_RUNS = 16;
export const SOFTPLUS_HEAD = 17;
export const CROSS_ENTROPY = 18;
export const CONTRAST = 19;
export const SQUARED_ERROR = 20;
export const SCORE_RESIDUAL = 21;
export const GRADIENT_NORM = 22;
export const ADAM = 23;
export const PATCHES = 24;
export const UNPATCH = 25;
export const AVERAGE_POOL = 26;
export const SPREAD_POOL = 27;
export const MEET = 28;
export const PARABOLOID = 29;
export const WAVES = 30;
export const MULTIPLY_WAVES = 31;
export const ABSOLUTE_HEAD = 32;
export const AFFINE = 33;
export const AFFINE_BACK = 34;
export const NORMAL_BASE = 35;
export const NEGATIVE_MEAN = 36;
export const PICK_COLUMNS = 37;
export const SPREAD_COLUMNS = 38;
export const SPLINE = 39;
export const SPLINE_BACK = 40;
export const SPLINE_DRAW = 41;
export const MIXTURE = 42;
export const MIXTURE_DRAW = 43;
export const MASKED_DRAW = 44;
export const CATEGORICAL = 45;
export const CATEGORICAL_DRAW = 46;
export const CHOOSE_ROWS = 47;
export const KEEP_ROWS = 48;
export const SCATTER_ROWS = 49;
