"use client";

import { ArrowLeftRight, Check, Link2 } from "lucide-react";
import { useState } from "react";
import { UnitSwitch } from "@/components/ui/ByteUnit";
import { copyText } from "@/components/ui/copy-text";

/** What can be done with a comparison: swap its sides, choose the unit, share it. */
export function CompareBar({
  link,
  onSwap,
}: {
  /** Path and query; null while an answer is under way or where no link can hold both plans. */
  link: string | null;
  onSwap: () => void;
}) {
  const [copied, setCopied] = useState<{ link: string; isDone: boolean } | null>(null);
  const isCurrent = copied !== null && copied.link === link;

  async function share(path: string) {
    setCopied({ link: path, isDone: await copyText(new URL(path, window.location.origin).href) });
  }

  return (
    <div className="flex flex-wrap items-center gap-2">
      <p aria-live="polite" className="text-sm text-muted empty:-mr-2">
        {isCurrent &&
          (copied.isDone ? "Link copied." : "This browser refuses to copy: the address bar holds the link.")}
      </p>
      <UnitSwitch />
      <button type="button" className="button" onClick={onSwap}>
        <ArrowLeftRight aria-hidden="true" className="size-4" />
        Swap
      </button>
      <button
        type="button"
        className="button"
        disabled={link === null}
        onClick={() => link !== null && void share(link)}
      >
        {isCurrent && copied.isDone ? (
          <Check aria-hidden="true" className="size-4" />
        ) : (
          <Link2 aria-hidden="true" className="size-4" />
        )}
        Share
      </button>
    </div>
  );
}
