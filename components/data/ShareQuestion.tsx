"use client";

import { Check, Link2 } from "lucide-react";
import { useState } from "react";
import { copyText } from "@/components/ui/copy-text";
import { type DataTexts, queryOfTexts } from "./question";

/** A link that restores the form. */
export function ShareQuestion({ texts, isAnswered }: { texts: DataTexts; isAnswered: boolean }) {
  const [news, setNews] = useState<{ readonly texts: DataTexts; readonly text: string } | null>(null);
  const isCopied = news?.texts === texts;
  async function share() {
    const url = new URL(`/data?${queryOfTexts(texts)}`, window.location.origin).href;
    const text = (await copyText(url))
      ? "Link copied."
      : "This browser refuses to copy: the address bar holds the link.";
    setNews({ texts, text });
  }
  return (
    <>
      <button type="button" className="button" disabled={!isAnswered} onClick={() => void share()}>
        {isCopied ? <Check aria-hidden="true" className="size-4" /> : <Link2 aria-hidden="true" className="size-4" />}
        Share
      </button>
      <p aria-live="polite" className="text-sm text-muted empty:-ml-2">
        {isCopied && news.text}
      </p>
    </>
  );
}
