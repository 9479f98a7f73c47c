/** Brings a control into sight and gives it the focus, opening the group it stands in. */
export function focusField(elementId: string): void {
  // By the next frame a sheet that was opened just now can take the focus.
  requestAnimationFrame(() => {
    const element = document.getElementById(elementId);
    element?.closest("details")?.setAttribute("open", "");
    element?.focus();
    element?.scrollIntoView({ block: "center" });
  });
}
