import { modelListings } from "@/lib/api/catalogue-listing";
import { handle, refuseOthers } from "@/lib/api/handle";
import { listModels } from "@/lib/api/operations";

export const GET = handle(listModels, ({ query }) => ({ models: modelListings(query.search) }));

export const { POST, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("GET");
