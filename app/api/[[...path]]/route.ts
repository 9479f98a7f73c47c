import { refuseUnknownPath } from "@/lib/api/handle";
import { OPERATIONS } from "@/lib/api/operations";

const refuse = refuseUnknownPath(OPERATIONS.map(({ path }) => path));

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT };
