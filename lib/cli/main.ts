/** The command line: picks the command and maps every outcome to an exit code. */

import { ProblemError } from "../api/problem";
import { nearestNames } from "../catalogue/nearest-names";
import { MODEL_VERSION } from "../estimate/model-version";
import type { Console } from "./console";
import { dataCommand } from "./data-command";
import { doctorCommand } from "./doctor-command";
import { estimateCommand } from "./estimate-command";
import { EXIT } from "./exit";
import { exportCommand } from "./export-command";
import { inspectCommand } from "./inspect-command";
import { gpusCommand, modelsCommand } from "./list-commands";
import { recommendCommand } from "./recommend-command";
import { searchCommand } from "./search-command";
import { strategyCommand } from "./strategy-command";
import { validateCommand } from "./validate-command";

const COMMANDS = {
  estimate: { run: estimateCommand, summary: "Does the plan fit, and what fills the memory?" },
  data: { run: dataCommand, summary: "How much data does the task need?" },
  inspect: { run: inspectCommand, summary: "What does a dataset hold?" },
  strategy: { run: strategyCommand, summary: "Which way to fine-tune?" },
  search: { run: searchCommand, summary: "What does a hyper-parameter search take?" },
  recommend: { run: recommendCommand, summary: "Which GPU: what fits, how long it takes and what it costs" },
  validate: { run: validateCommand, summary: "Run the step on this machine: predicted against measured" },
  export: { run: exportCommand, summary: "The plan as a command, a script, a task or a document" },
  doctor: { run: doctorCommand, summary: "Can a validation run on this machine's GPU, and what is missing?" },
  models: { run: modelsCommand, summary: "List the models that can be planned" },
  gpus: { run: gpusCommand, summary: "List the GPUs of the catalogue" },
} as const;

/** @returns the exit code */
export async function main(argv: readonly string[], console: Console): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    await console.error(usage());
    return EXIT.badInput;
  }
  if (name === "help" || name === "--help" || name === "-h") {
    await console.write(usage());
    return EXIT.done;
  }
  if (name === "--version") {
    await console.write(`${MODEL_VERSION}\n`);
    return EXIT.done;
  }
  if (!isCommand(name)) {
    const [nearest] = nearestNames(name, Object.keys(COMMANDS));
    const wayOut = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    await console.error(`headroom: ${name} is no command${wayOut}\n\n${usage()}`);
    return EXIT.badInput;
  }
  try {
    return await COMMANDS[name].run(rest, console);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    await console.error(`headroom: ${error.problem.detail}\n`);
    return EXIT.badInput;
  }
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}

function usage(): string {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return `Usage: headroom <command> [flags]\n\n${commands.join("\n")}\n\nheadroom <command> --help lists the flags of a command.\n`;
}
