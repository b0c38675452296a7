/** Every bound of `vchain dev`. */

/** Changes of files are gathered until nothing came for so long: an editor saves in several steps. */
export const gatherMs = 50;
/** But no longer than this in all. */
export const gatherMsMax = 400;
/** A chain that begins above it is not mined to: it takes a minute or so. */
export const firstBlockMax = 20_000;
/** Operations that are listed where a changed rule changed their verdicts. */
export const changedVerdictsListedMax = 10;
/** How often the loop looks whether a process of rules still answers. */
export const answerEveryMs = 1_000;
/** How many looks without an answer it takes before it is said: they come late where the whole computer is busy. */
export const answerLooksMax = 5;
/** The same for a process that starts and loads, which takes as long as it takes while node and Postgres start, too. */
export const loadingLooksMax = 30;
/** How often a process of rules looks whether the loop is still there. */
export const parentLookMs = 500;
/** How often a node is asked for news. */
export const nodePollMs = 100;
/** How often the new log of a chain is asked whether it is there yet. */
export const logPollMs = 50;
/** Characters of a row, or of a payload, on one line of the terminal. */
export const valueCharactersMax = 160;
/** Operations that were told and are remembered, to say which ones a reorganisation takes along. */
export const toldOperationsMax = 10_000;
/** Processes that wait for the next saves: one more than one, for who saves again at once. */
export const sparesMax = 2;
