import { gpuListings } from "@/lib/api/catalogue-listing";
import { handle, refuseOthers } from "@/lib/api/handle";
import { listGpus } from "@/lib/api/operations";

export const GET = handle(listGpus, ({ query }) => ({ gpus: gpuListings(query.search) }));

export const { POST, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("GET");
