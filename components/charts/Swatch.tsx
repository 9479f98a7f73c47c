/** The patch of colour that ties a name to its area. */
export function Swatch({ color, isHatched = false }: { color: string; isHatched?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-block size-3 shrink-0 rounded-[3px] ring-1 ring-ink/15 ${isHatched ? "hatched" : ""}`}
      style={{ backgroundColor: color }}
    />
  );
}
