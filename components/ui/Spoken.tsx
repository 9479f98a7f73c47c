"use client";

import { useEffect, useState } from "react";

/** How long a text must rest before it is read out. */
const SPEAK_AFTER_MILLISECONDS = 700;

/** Tells a screen reader what changed, once it has come to rest, so that a moving slider does not chatter. */
export function Spoken({ text }: { text: string | null }) {
  const [spoken, setSpoken] = useState("");
  useEffect(() => {
    if (text === null) return;
    const timer = setTimeout(() => setSpoken(text), SPEAK_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p role="status" className="sr-only">
      {spoken}
    </p>
  );
}
