import { declareBackups } from "./program";

/** The consistency that each machine's backups will have, whatever they ask for. */
export const levels = declareBackups();
