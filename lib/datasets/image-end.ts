/**
 * Whether an image file reaches to its end, as far as its format says where that is. A file that was cut off while it was
 * copied has a sound beginning, and fails when it is trained on.
 *
 * @param type  as `image-size` names formats; one whose end is not marked counts as sound
 * @param tail  the last bytes of the file
 * @source PNG: W3C PNG §5.6, JPEG: ITU T.81 §B.1.1.3, GIF: GIF89a §27, WebP: RFC 9649 §2.4
 */
export function isSoundlyEnded(type: string, head: Uint8Array, tail: Uint8Array, byteCount: number): boolean {
  switch (type) {
    case "png":
      return holds(tail, [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
    case "jpg":
      return holds(tail, [0xff, 0xd9]);
    case "gif":
      return tail.findLast((byte) => byte !== 0) === 0x3b;
    case "webp":
      return head.length >= 8 && RIFF_HEADER_BYTES + littleEndian(head, 4) <= byteCount;
    default:
      return true;
  }
}

const RIFF_HEADER_BYTES = 8;

function littleEndian(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}

function holds(bytes: Uint8Array, wanted: readonly number[]): boolean {
  const [first = 0] = wanted;
  for (let at = bytes.lastIndexOf(first); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(first, at - 1)) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return true;
  }
  return false;
}
