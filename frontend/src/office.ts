/** Progressive enhancement of every page. */
export {};
