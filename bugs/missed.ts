/** Bugs that no property finds, and why. They stay on the board. */
export const MISSED: Readonly<Record<string, string>> = {};
