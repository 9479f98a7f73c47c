import { open } from "node:fs/promises";
import { imageSize } from "image-size";
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

/** Reads an image's head. The pixels are not decoded: damage further on is not seen. */
export async function checkImage(image: ImageSource, where: string): Promise<ImageCheck> {
  if (image.kind === "bytes") return factsOf(image.head, image.byteCount, where);
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(image.path);
  } catch (error) {
    return isAbsent(error)
      ? { ok: false, fault: { where, code: "missing_image", message: `there is no ${image.path}` } }
      : { ok: false, fault: { where, code: "unreadable_image", message: reasonOf(error) } };
  }
  try {
    const { size } = await file.stat();
    const head = new Uint8Array(Math.min(size, IMAGE_HEAD_BYTES));
    await file.read(head, 0, head.length, 0);
    return factsOf(head, size, where);
  } catch (error) {
    return { ok: false, fault: { where, code: "unreadable_image", message: reasonOf(error) } };
  } finally {
    await file.close();
  }
}

function factsOf(head: Uint8Array, byteCount: number, where: string): ImageCheck {
  try {
    const { width, height } = imageSize(head);
    return { ok: true, facts: { byteCount, width, height } };
  } catch (error) {
    const message = byteCount === 0 ? "is empty" : reasonOf(error);
    return { ok: false, fault: { where, code: "unreadable_image", message } };
  }
}
