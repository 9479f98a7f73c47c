import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { Combobox } from "@/components/ui/Combobox";

// jsdom lays nothing out, so it has nothing to scroll.
Element.prototype.scrollIntoView ??= () => {};

const OPTIONS = [
  { value: "rtx-3090", label: "NVIDIA RTX 3090", group: "Known" },
  { value: "rtx-4090", label: "NVIDIA RTX 4090", group: "Known", keywords: "ada" },
  { value: "a100", label: "NVIDIA A100", group: "Data centre" },
];

function Example({ initial = "rtx-4090" }: { initial?: string }) {
  const [value, setValue] = useState(initial);
  return (
    <>
      <label htmlFor="gpu">GPU</label>
      <Combobox
        id="gpu"
        aria-describedby="gpu-help"
        aria-invalid={false}
        options={OPTIONS}
        value={value}
        onChoose={setValue}
        listLabel="GPUs"
      />
      <p id="gpu-help">The card to plan for</p>
      <output>{value}</output>
    </>
  );
}

const field = () => screen.getByRole("combobox", { name: "GPU" });

test("shows the chosen label, and every option in its group when opened", async () => {
  render(<Example />);
  expect(field()).toHaveValue("NVIDIA RTX 4090");
  await userEvent.click(field());
  expect(screen.getAllByRole("option")).toHaveLength(3);
  expect(screen.getByRole("group", { name: "Data centre" })).toContainElement(
    screen.getByRole("option", { name: "NVIDIA A100" }),
  );
  expect(screen.getByRole("option", { selected: true })).toHaveTextContent("NVIDIA RTX 4090");
});

test("typing searches labels, ids and other names; Enter takes the first match", async () => {
  render(<Example initial="a100" />);
  await userEvent.clear(field());
  await userEvent.type(field(), "ada{Enter}");
  expect(screen.getByRole("status")).toHaveTextContent("rtx-4090");
});

test("the arrows move and Enter chooses, without a pointer", async () => {
  render(<Example />);
  field().focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(screen.getByRole("status")).toHaveTextContent("a100");
  expect(field()).toHaveAttribute("aria-expanded", "false");
});

test("Escape closes the list and keeps what was chosen", async () => {
  render(<Example />);
  await userEvent.type(field(), "zzz{Escape}");
  expect(field()).toHaveValue("NVIDIA RTX 4090");
});

test("a name that the list does not have can be chosen as it was typed", async () => {
  render(<Example />);
  await userEvent.clear(field());
  await userEvent.type(field(), "RTX 9999{Enter}");
  expect(screen.getByRole("status")).toHaveTextContent("RTX 9999");
});
