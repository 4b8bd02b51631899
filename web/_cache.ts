/** Where the pages are kept for when there is no network. */
export const CACHE = "likely-page";
