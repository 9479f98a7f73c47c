"use client";

import { useState } from "react";
import { Combobox } from "@/components/ui/Combobox";
import type { Option } from "./answers";
import { Field } from "./Field";
import { usePlanForm } from "./form-context";
import { isRecord } from "./plan-input";

/** Where someone with a configuration of their own starts from: ViT-B/32 as open_clip writes it. */
const EXAMPLE_CONFIG = {
  embed_dim: 512,
  vision_cfg: { image_size: 224, layers: 12, width: 768, patch_size: 32 },
  text_cfg: { context_length: 77, vocab_size: 49408, width: 512, heads: 8, layers: 12 },
};

/** A model by name, or the user's own configuration. */
export function ModelField({ models, fallback }: { models: readonly Option[]; fallback: string }) {
  const { read, set } = usePlanForm();
  const model = read("model");
  const isOwn = isRecord(model);
  return (
    <div>
      <Field path="model">
        {(control) =>
          isOwn ? (
            <ConfigControl {...control} config={model} onConfig={(config) => set("model", config)} />
          ) : (
            <Combobox
              {...control}
              options={models}
              value={typeof model === "string" ? model : ""}
              onChoose={(name) => set("model", name)}
              listLabel="Models"
            />
          )
        }
      </Field>
      <button
        type="button"
        className="link mt-1.5 text-[0.8125rem]"
        onClick={() => set("model", isOwn ? fallback : EXAMPLE_CONFIG)}
      >
        {isOwn ? "Choose a model by name" : "Use my own open_clip configuration"}
      </button>
    </div>
  );
}

function ConfigControl({
  config,
  onConfig,
  ...attributes
}: {
  config: Readonly<Record<string, unknown>>;
  onConfig: (config: unknown) => void;
  id: string;
  "aria-describedby": string;
  "aria-invalid": boolean;
}) {
  const [text, setText] = useState(() => JSON.stringify(config, null, 2));
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = `${attributes.id}-json`;
  return (
    <>
      <textarea
        {...attributes}
        aria-describedby={`${attributes["aria-describedby"]} ${problemId}`}
        aria-invalid={attributes["aria-invalid"] || problem !== null}
        className="control font-mono text-xs leading-relaxed"
        rows={14}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const read = readConfig(event.target.value);
          setProblem(read.problem);
          if (read.problem === null) onConfig(read.config);
        }}
      />
      <p id={problemId} className="text-[0.8125rem] text-over" aria-live="polite">
        {problem}
      </p>
    </>
  );
}

function readConfig(text: string): { config: unknown; problem: string | null } {
  try {
    const config: unknown = JSON.parse(text);
    return isRecord(config)
      ? { config, problem: null }
      : { config, problem: "A configuration is a JSON object: { … }. The answer is still for the last one." };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { config: null, problem: `Not JSON yet: ${reason}. The answer is still for the last one that was.` };
  }
}
