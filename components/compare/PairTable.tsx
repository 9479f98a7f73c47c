import type { ReactNode } from "react";

interface PairRow {
  readonly key: string;
  readonly label: ReactNode;
  readonly a: string;
  readonly b: string;
  /** What B adds to A, in words. */
  readonly change: string;
  readonly isTotal?: boolean;
}

/** Figures of two plans and their difference; where there is little room the difference stands under B's figure. */
export function PairTable({ caption, rows }: { caption: string; rows: readonly PairRow[] }) {
  return (
    <table className="mt-3 w-full text-sm">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="text-muted">
          <th scope="col" className="py-1.5">
            <span className="sr-only">Figure</span>
          </th>
          <th scope="col" className="py-1.5 pl-3 text-right font-medium">
            A
          </th>
          <th scope="col" className="py-1.5 pl-3 text-right font-medium">
            B
          </th>
          <th scope="col" className="py-1.5 pl-3 text-right font-medium max-sm:hidden">
            B against A
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, label, a, b, change, isTotal = false }) => (
          <tr key={key} className={`border-t align-top ${isTotal ? "border-edge font-semibold" : "border-line"}`}>
            <th scope="row" className={`py-1.5 text-left ${isTotal ? "font-semibold" : "font-normal"}`}>
              {label}
            </th>
            <td className="py-1.5 pl-3 text-right whitespace-nowrap">{a}</td>
            <td className="py-1.5 pl-3 text-right">
              <span className="whitespace-nowrap">{b}</span>
              <span className="block font-normal text-muted sm:hidden">
                <Unbroken text={change} />
              </span>
            </td>
            <td className={`py-1.5 pl-3 text-right max-sm:hidden ${change === "the same" ? "text-muted" : ""}`}>
              <Unbroken text={change} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A difference and its share; a line breaks between the two and nowhere else. */
function Unbroken({ text }: { text: string }) {
  const [size, share] = text.split(/ (?=\()/);
  return (
    <>
      <span className="whitespace-nowrap">{size}</span>
      {share !== undefined && <span className="whitespace-nowrap"> {share}</span>}
    </>
  );
}
