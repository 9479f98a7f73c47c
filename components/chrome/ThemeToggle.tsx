"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { useSyncExternalStore } from "react";

const THEMES = [
  { value: "system", label: "System theme", Icon: Monitor },
  { value: "light", label: "Light theme", Icon: Sun },
  { value: "dark", label: "Dark theme", Icon: Moon },
] as const;

/** System, light, dark, in turn. */
export function ThemeToggle() {
  const { theme, setTheme } = useTheme();
  // The choice is known to the browser alone: the server and the first paint show the neutral state.
  const isBrowser = useSyncExternalStore(subscribeToNothing, inBrowser, onServer);
  const index = isBrowser
    ? Math.max(
        0,
        THEMES.findIndex(({ value }) => value === theme),
      )
    : 0;
  const { label, Icon } = THEMES[index] ?? THEMES[0];
  const next = THEMES[(index + 1) % THEMES.length] ?? THEMES[0];
  return (
    <button
      type="button"
      className="button size-9 shrink-0 p-0"
      aria-label={`${label}. Switch to ${next.label.toLowerCase()}`}
      title={label}
      onClick={() => setTheme(next.value)}
    >
      <Icon aria-hidden="true" className="size-4.5" />
    </button>
  );
}

const subscribeToNothing = () => () => {};
const inBrowser = () => true;
const onServer = () => false;
