"use client";

import { createContext, use } from "react";
import type { Issue } from "@/lib/plan/plan";
import type { DataParameter } from "./fields";
import type { DataTexts } from "./question";

/** What a field needs to know of the whole form. */
export interface DataForm {
  readonly texts: DataTexts;
  readonly set: (name: DataParameter, text: string | undefined) => void;
  readonly issuesOf: (name: DataParameter) => readonly Issue[];
  /** What is filled in where nothing was given, as it would be typed; empty where that is nothing. */
  readonly filledIn: (name: DataParameter) => string;
}

export const DataFormContext = createContext<DataForm | null>(null);

export function useDataForm(): DataForm {
  const form = use(DataFormContext);
  if (form === null) throw new Error("a field about data is drawn outside its form");
  return form;
}
