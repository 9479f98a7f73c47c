import { ThemeToggle } from "./ThemeToggle";

/** The name, the pages there are, and the theme. */
export function Header() {
  return (
    <header className="border-b border-line bg-panel">
      <a
        href="#main"
        className="button button-primary absolute top-2 left-2 z-50 -translate-y-16 focus-visible:translate-y-0"
      >
        Skip to the answer
      </a>
      <div className="mx-auto flex min-h-14 max-w-[92rem] flex-wrap items-center gap-x-3 px-4 py-1.5 sm:px-6">
        {/* A full load, not a soft one: it starts over with the defaults, whatever the form holds. */}
        <a href="/" className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
          <Logo />
          Headroom
        </a>
        <p className="text-sm text-muted max-md:hidden">Will fine-tuning CLIP fit on your GPU, and what fills it?</p>
        <nav
          aria-label="Pages"
          className="flex flex-wrap items-center text-sm max-sm:order-last max-sm:-mx-2 max-sm:w-full sm:ml-auto sm:gap-1"
        >
          <a className="rounded-md px-2 py-1.5 font-medium hover:bg-sunken" href="/">
            Plan
          </a>
          <a className="rounded-md px-2 py-1.5 font-medium hover:bg-sunken" href="/data">
            Data
          </a>
          <a className="rounded-md px-2 py-1.5 font-medium hover:bg-sunken" href="/gpus">
            GPUs
          </a>
          <a className="rounded-md px-2 py-1.5 font-medium hover:bg-sunken" href="/check">
            Check<span className="max-lg:sr-only"> on this machine</span>
          </a>
          <a className="rounded-md px-2 py-1.5 font-medium hover:bg-sunken" href="/accuracy">
            Accuracy
          </a>
          <a className="rounded-md px-2 py-1.5 font-medium hover:bg-sunken" href="/api/docs">
            API
          </a>
        </nav>
        <div className="max-sm:ml-auto">
          <ThemeToggle />
        </div>
      </div>
    </header>
  );
}

/** A card with room left under its limit. */
function Logo() {
  return (
    <svg aria-hidden="true" viewBox="0 0 24 24" className="size-6">
      <rect x="1.5" y="1.5" width="21" height="21" rx="5" fill="none" stroke="var(--accent)" strokeWidth="2" />
      <path d="M5 19V13.5L9 10l4 2.5 3-4 3 3V19z" fill="var(--accent)" />
      <path d="M5 6h14" stroke="var(--ink)" strokeWidth="1.75" strokeDasharray="2.5 1.5" />
    </svg>
  );
}
