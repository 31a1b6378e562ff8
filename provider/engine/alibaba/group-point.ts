import type { Row } from "../../store/tables";

/** What one run of a consistency group left: points of its machines, made at one moment. */
export type GroupPoint = Row<"groupPoint">;
