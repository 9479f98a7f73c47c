/** The day on which tests happen: prices are as old as they were when the table was made. */
export const TODAY = "2026-11-27";
