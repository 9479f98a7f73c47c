import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TestPostgres {
  readonly url: string;
  /** Ends the server as a crash would, and keeps its data. */
  halt(): void;
  resume(): void;
  stop(): void;
}

/** Where Debian and other systems put the server's programs, which are seldom on the PATH. */
const PROGRAM_FOLDERS = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"];

/** PostgreSQL refuses to run as root. */
const UNPRIVILEGED = { uid: 65534, gid: 65534 };

/** The folder with `initdb` and `pg_ctl`, or null on a machine without a PostgreSQL server. */
export function postgresPrograms(): string | null {
  const versions = PROGRAM_FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).map((version) => path.join(folder, version, "bin")),
  );
  const candidates = [...versions.reverse(), ...(process.env.PATH ?? "").split(path.delimiter)];
  return (
    candidates.find((folder) => ["initdb", "postgres"].every((name) => existsSync(path.join(folder, name)))) ?? null
  );
}

/** A server with an empty database, reached through a socket in a folder of its own; gone without trace after `stop`. */
export function startPostgres(programs: string): TestPostgres {
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-pg-"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
  const data = path.join(folder, "data");
  const options = { cwd: folder, stdio: "ignore", ...(isRoot ? UNPRIVILEGED : {}) } as const;
  const run = (program: string, ...args: string[]) => execFileSync(path.join(programs, program), args, options);
  const control = (...args: string[]) => run("pg_ctl", "--pgdata", data, "--log", path.join(folder, "log"), ...args);
  const settings = `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off`;
  const resume = () => control("--wait", "--options", settings, "start");
  const halt = () => control("--wait", "--mode", "immediate", "stop");
  run(
    "initdb",
    "--pgdata",
    data,
    "--username",
    "headroom",
    "--auth",
    "trust",
    "--no-sync",
    "--locale",
    "C",
    "-E",
    "UTF8",
  );
  resume();
  return {
    url: `postgresql://headroom@/postgres?host=${encodeURIComponent(folder)}`,
    halt,
    resume,
    stop() {
      halt();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
