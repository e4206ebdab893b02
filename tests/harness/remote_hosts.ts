/**
 * Hosts on this machine, each in a network namespace of its own with a server for ssh, ip-netns(8).
 *
 * @module
 */

import { resolve } from "node:path";
import { decode } from "./bytes.ts";

/** Addresses that carriers use among themselves, RFC 6598, so that no other host here has them. */
const NETWORK = "100.64";
const MAX_SUBNETS = 250;

/** What the hosts are made with, and talked to. */
const PROGRAMS = ["ip", "sshd", "ssh", "ssh-keygen", "parallel"];
/** Where sshd wants an empty directory, sshd(8). */
const PRIVILEGE_SEPARATION = "/run/sshd";

async function sh(script: string, env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-euo", "pipefail", "-c", script],
    env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin:/sbin`, ...env },
  }).output();
  if (!success) throw new Error(`${script}: ${decode(stderr)}`);
  return decode(stdout);
}

/** Whether this process may make hosts, and has what they need. */
export async function canMakeHosts(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const name = `pg-try-${Deno.pid}`;
  try {
    await sh(`for one in ${PROGRAMS.join(" ")}; do command -v $one; done
      ip netns add ${name}; ip netns del ${name}`);
    return true;
  } catch {
    return false;
  }
}

/** Some hosts. Dispose of them, and nothing is left of them. */
export class RemoteHosts implements AsyncDisposable {
  readonly #directory: string;
  readonly #count: number;
  readonly #subnet = Deno.pid % (MAX_SUBNETS / 5) * 5;
  readonly #servers: Deno.ChildProcess[] = [];
  #madeDirectory = false;

  private constructor(directory: string, count: number) {
    this.#directory = directory;
    this.#count = count;
  }

  /**
   * Makes hosts with the names `host1`, `host2` and so on.
   *
   * @param programs shell scripts by the names that they have on all hosts, and in {@linkcode run}
   */
  static async make(
    count: number,
    programs: Readonly<Record<string, string>>,
  ): Promise<RemoteHosts> {
    const hosts = new RemoteHosts(await Deno.makeTempDir(), count);
    try {
      await hosts.#prepare(programs);
      for (let number = 1; number <= count; number++) await hosts.#add(number);
      return hosts;
    } catch (error) {
      await hosts[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The address of this machine, as all hosts see it. */
  get gateway(): string {
    return this.#address(1, 1);
  }

  /** Runs a shell script on this machine, where `ssh` knows the hosts. @returns what it printed */
  async run(script: string): Promise<string> {
    return await sh(script, {
      PATH: `${this.#directory}/bin:${Deno.env.get("PATH")}`,
      PARALLEL_HOME: `${this.#directory}/parallel`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      try {
        server.kill("SIGTERM");
      } catch {
        // It has ended already.
      }
      await server.status;
    }
    for (let number = 1; number <= this.#count; number++) {
      await sh(`ip netns del ${this.#name(number)} || true`);
    }
    if (this.#madeDirectory) await Deno.remove(PRIVILEGE_SEPARATION);
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #prepare(programs: Readonly<Record<string, string>>): Promise<void> {
    const directory = this.#directory;
    await sh(`cd ${directory}; mkdir bin parallel; touch parallel/will-cite
      for key in host_key key; do ssh-keygen -q -t ed25519 -N '' -f $key; done
      cp key.pub authorized_keys`);
    const scripts = {
      ssh: `exec /usr/bin/ssh -F ${directory}/ssh_config "$@"`,
      ...programs,
    };
    for (const [name, script] of Object.entries(scripts)) {
      await Deno.writeTextFile(`${directory}/bin/${name}`, `#!/bin/sh\n${script}\n`, {
        mode: 0o755,
      });
    }
    try {
      await Deno.mkdir(PRIVILEGE_SEPARATION);
      this.#madeDirectory = true;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }

  async #add(number: number): Promise<void> {
    const directory = this.#directory;
    const [name, link] = [this.#name(number), `pg${Deno.pid}-${number}`];
    const [here, there] = [this.#address(number, 1), this.#address(number, 2)];
    await sh(`ip netns add ${name}
      ip link add ${link} type veth peer name eth0 netns ${name}
      ip addr add ${here}/30 dev ${link}; ip link set ${link} up
      ip -n ${name} addr add ${there}/30 dev eth0
      ip -n ${name} link set eth0 up; ip -n ${name} link set lo up
      ip -n ${name} route add default via ${here}`);
    const config = resolve(directory, `sshd${number}`);
    await Deno.writeTextFile(
      config,
      `HostKey ${directory}/host_key
AuthorizedKeysFile ${directory}/authorized_keys
StrictModes no
UsePAM no
PidFile none
PermitRootLogin yes
SetEnv PATH=${directory}/bin:/usr/bin:/bin
`,
    );
    await Deno.writeTextFile(
      `${directory}/ssh_config`,
      `Host host${number}
  HostName ${there}
  User root
  IdentityFile ${directory}/key
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
`,
      { append: true },
    );
    const sshd = (await sh("command -v sshd")).trim();
    const server = new Deno.Command("ip", {
      args: ["netns", "exec", name, sshd, "-D", "-e", "-f", config],
      stderr: "piped",
    }).spawn();
    this.#servers.push(server);
    await listening(server);
  }

  #name(number: number): string {
    return `pg-${Deno.pid}-${number}`;
  }

  #address(number: number, last: number): string {
    return `${NETWORK}.${this.#subnet + number}.${last}`;
  }
}

/** Resolves when sshd says that it listens. */
async function listening(server: Deno.ChildProcess): Promise<void> {
  const reader = server.stderr.getReader();
  let said = "";
  while (!said.includes("Server listening")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`sshd ended: ${said}`);
    said += decode(value);
  }
  reader.releaseLock();
  server.stderr.pipeTo(new WritableStream()).catch(() => {});
}
