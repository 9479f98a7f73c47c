import { imageSize } from "image-size";
import type { FileEnds, FindImage } from "./data-file";
import type { Fault, ImageSource } from "./entry";
import { isSoundlyEnded } from "./image-end";
import { isAbsent, reasonOf } from "./read-error";

const IMAGE_NAME = /\.(?:jpe?g|jfif|png|webp|gif|bmp|tiff?|ppm|pgm|pbm|heic|heif|avif|jxl|jp2)$/i;

export function isImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

/** Profiles and thumbnails may stand before an image's size. */
export const IMAGE_HEAD_BYTES = 262_144;

/** Cameras write notes after an image's end. */
export const IMAGE_TAIL_BYTES = 16_384;

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
 * Reads an image's beginning and end. The pixels are not decoded: damage between them is not seen.
 *
 * @returns null for an image that lies where nothing can be looked up: on the web, or beside a list that came alone
 */
export async function checkImage(
  image: ImageSource,
  where: string,
  findImage: FindImage | null,
): Promise<ImageCheck | null> {
  if (image.kind === "bytes") return factsOf(image.ends, where);
  if (image.kind === "named" && (findImage === null || /^https?:\/\//i.test(image.name))) return null;
  const files = image.kind === "file" ? [image.file] : (findImage?.(image.name, image.folder) ?? []);
  for (const file of files) {
    try {
      return factsOf(await file.ends(IMAGE_HEAD_BYTES, IMAGE_TAIL_BYTES), where);
    } catch (error) {
      if (!isAbsent(error)) return { ok: false, fault: { where, code: "unreadable_image", message: reasonOf(error) } };
    }
  }
  const name = image.kind === "named" ? image.name : image.file.name;
  return { ok: false, fault: { where, code: "missing_image", message: `there is no ${name}` } };
}

function factsOf({ head, tail, byteCount }: FileEnds, where: string): ImageCheck {
  const unreadable = (message: string): ImageCheck => ({
    ok: false,
    fault: { where, code: "unreadable_image", message },
  });
  if (byteCount === 0) return unreadable("is empty");
  const start = head.subarray(0, IMAGE_HEAD_BYTES);
  let size: ReturnType<typeof imageSize>;
  try {
    size = imageSize(start);
  } catch (error) {
    const isUnknown = reasonOf(error).startsWith("unsupported file type");
    return unreadable(
      isUnknown ? "is no image of a kind that is known" : "its size cannot be read: it is damaged or cut off",
    );
  }
  const { width, height, type } = size;
  if (!(width > 0 && height > 0)) return unreadable(`says that it is ${width} × ${height} pixels`);
  if (!isSoundlyEnded(type ?? "", start, tail, byteCount)) return unreadable("is cut off: its end is not there");
  return { ok: true, facts: { byteCount, width, height } };
}
