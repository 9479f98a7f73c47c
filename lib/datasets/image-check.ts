import { imageSize } from "image-size";
import type { FindImage } from "./data-file";
import { type Fault, IMAGE_HEAD_BYTES, type ImageSource } from "./entry";
import { isAbsent, reasonOf } from "./read-error";

/** What an image file is, as its first bytes say. */
export interface ImageFacts {
  readonly byteCount: number;
  readonly width: number;
  readonly height: number;
}

export type ImageCheck =
  | { readonly ok: true; readonly facts: ImageFacts }
  | { readonly ok: false; readonly fault: Fault };

/**
 * Reads an image's head. The pixels are not decoded: damage further on is not seen.
 *
 * @returns null for an image that is known by name alone, where none can be looked up
 */
export async function checkImage(
  image: ImageSource,
  where: string,
  findImage: FindImage | null,
): Promise<ImageCheck | null> {
  if (image.kind === "bytes") return factsOf(image.head, image.byteCount, where);
  if (image.kind === "named" && findImage === null) return null;
  const file = image.kind === "file" ? image.file : (findImage?.(image.name) ?? null);
  const missing = (name: string): ImageCheck => ({
    ok: false,
    fault: { where, code: "missing_image", message: `there is no ${name}` },
  });
  if (file === null) return missing(image.kind === "named" ? image.name : where);
  try {
    const { bytes, byteCount } = await file.head(IMAGE_HEAD_BYTES);
    return factsOf(bytes, byteCount, where);
  } catch (error) {
    if (isAbsent(error)) return missing(image.kind === "named" ? image.name : file.name);
    return { ok: false, fault: { where, code: "unreadable_image", message: reasonOf(error) } };
  }
}

function factsOf(head: Uint8Array, byteCount: number, where: string): ImageCheck {
  try {
    const { width, height } = imageSize(head);
    return { ok: true, facts: { byteCount, width, height } };
  } catch (error) {
    const reason = reasonOf(error);
    const message =
      byteCount === 0
        ? "is empty"
        : reason.startsWith("unsupported file type")
          ? "is no image of a kind that is known"
          : reason;
    return { ok: false, fault: { where, code: "unreadable_image", message } };
  }
}
