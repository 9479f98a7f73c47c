"use client";

import { ChevronDown } from "lucide-react";
import { useId, useState } from "react";

interface ComboboxOption {
  readonly value: string;
  readonly label: string;
  readonly group: string;
  readonly hint?: string;
  readonly keywords?: string;
}

/**
 * A list that is searched by typing, after the ARIA combobox pattern: the focus stays in the text, the arrows move
 * through the list. What is typed and matches nothing can still be chosen as it stands, and is then answered for.
 */
export function Combobox({
  options,
  value,
  onChoose,
  listLabel,
  ...attributes
}: {
  options: readonly ComboboxOption[];
  value: string;
  onChoose: (value: string) => void;
  listLabel: string;
  id: string;
  "aria-describedby": string;
  "aria-invalid": boolean;
}) {
  const [query, setQuery] = useState<string | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(0);
  const listId = useId();

  const chosen = options.find((option) => option.value === value);
  const shown = matching(options, query, value);
  const groups = [...new Set(shown.map((option) => option.group))];
  const ordered = groups.flatMap((group) => shown.filter((option) => option.group === group));
  const optionId = (index: number) => `${listId}-${index}`;

  function open(next: string | null) {
    setQuery(next);
    setIsOpen(true);
    moveTo(
      next === null
        ? Math.max(
            0,
            ordered.findIndex((option) => option.value === value),
          )
        : 0,
    );
  }

  function close() {
    setIsOpen(false);
    setQuery(null);
  }

  function choose(option: ComboboxOption | undefined) {
    if (option !== undefined) onChoose(option.value);
    close();
  }

  function moveTo(index: number) {
    setActive(index);
    // The list is drawn after this; by the next frame the row is there to be scrolled to.
    requestAnimationFrame(() => document.getElementById(optionId(index))?.scrollIntoView({ block: "nearest" }));
  }

  function onKeyDown(event: React.KeyboardEvent) {
    const last = ordered.length - 1;
    if (event.key === "Escape") {
      if (isOpen) event.stopPropagation();
      close();
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      choose(ordered[active]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) open(null);
      else if (event.key === "ArrowDown") moveTo(active >= last ? 0 : active + 1);
      else moveTo(active <= 0 ? last : active - 1);
    } else if (isOpen && (event.key === "PageDown" || event.key === "PageUp")) {
      event.preventDefault();
      moveTo(Math.min(last, Math.max(0, active + (event.key === "PageDown" ? 8 : -8))));
    }
  }

  return (
    <div className="relative">
      <input
        {...attributes}
        type="text"
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && ordered.length > 0 ? optionId(active) : undefined}
        autoComplete="off"
        spellCheck={false}
        className="control truncate pr-9"
        value={query ?? chosen?.label ?? value}
        onChange={(event) => open(event.target.value)}
        onClick={(event) => {
          event.currentTarget.select();
          if (!isOpen) open(null);
        }}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      <ChevronDown aria-hidden="true" className="pointer-events-none absolute top-2.5 right-2.5 size-4.5 text-muted" />
      <div
        id={listId}
        role="listbox"
        aria-label={listLabel}
        hidden={!isOpen}
        className="absolute inset-x-0 top-full z-30 mt-1 max-h-80 overflow-y-auto rounded-lg border border-edge bg-panel p-1 shadow-lg"
      >
        {isOpen &&
          groups.map((group) => (
            // biome-ignore lint/a11y/useSemanticElements: a listbox groups its options by role; a fieldset is for form controls
            <div key={group} role="group" aria-label={group}>
              <div aria-hidden="true" className="px-2 pt-2 pb-1 text-xs font-medium text-muted">
                {group}
              </div>
              {ordered.map(
                (option, index) =>
                  option.group === group && (
                    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text field; this row is its active descendant
                    // biome-ignore lint/a11y/useKeyWithClickEvents: the text field handles the keys
                    <div
                      key={option.value}
                      id={optionId(index)}
                      role="option"
                      aria-selected={option.value === value}
                      className={`flex cursor-pointer items-baseline justify-between gap-3 rounded-md px-2 py-1.5 text-sm aria-selected:font-semibold ${index === active ? "bg-accent-soft" : ""}`}
                      // The blur that a press would cause closes the list before the click arrives.
                      onMouseDown={(event) => event.preventDefault()}
                      onMouseMove={() => setActive(index)}
                      onClick={() => choose(option)}
                    >
                      <span className="min-w-0 truncate">{option.label}</span>
                      {option.hint !== undefined && (
                        <span className="shrink-0 text-xs font-normal text-muted tabular-nums">{option.hint}</span>
                      )}
                    </div>
                  ),
              )}
            </div>
          ))}
      </div>
    </div>
  );
}

function matching(options: readonly ComboboxOption[], query: string | null, value: string): readonly ComboboxOption[] {
  if (query === null || query.trim() === "") return options;
  const words = simplified(query).split(" ");
  const found = options.filter((option) => {
    const text = `${simplified(`${option.label} ${option.value} ${option.group} ${option.keywords ?? ""}`)}`;
    return words.every((word) => text.includes(word));
  });
  const typed = query.trim();
  const isKnown = options.some((option) => option.value === typed) || typed === value;
  return isKnown ? found : [...found, { value: typed, label: `“${typed}”`, group: "As typed" }];
}

function simplified(text: string): string {
  return text
    .toLowerCase()
    .replace(/[-_/@.]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
