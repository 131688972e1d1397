/** Bugs that no property finds, and why. They stay on the board. */
export const MISSED: Readonly<Record<string, string>> = {
  'own-bounce-keeps-skip-sync':
    'A device that snoops has to be given a mask, bounce something afterwards and then be asked ' +
    'to synchronize it: programs seldom do that in this order.',
  'skip-sync-forgets-bounces':
    'A device that snoops has to be given another mask while something of it is bounced: ' +
    'programs seldom do that, once in about 4,500.',
};
